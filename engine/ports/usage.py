"""The socket for records of what subnets used, for billing and quotas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.journal.usage import NOTHING, Amounts


@dataclass(frozen=True, slots=True)
class UsageDay:
    """What a subnet used on a day (UTC). ``blocks`` and ``stored_bytes`` are the most it had stored."""

    day: str
    amounts: Amounts = NOTHING
    blocks: int = 0
    stored_bytes: int = 0


class UsageStore(Protocol):
    """Usage by subnet and day. What executions use is written by the journal store, in the transaction that
    writes their facts: counted once, whoever dies in between. It outlives the executions."""

    def days(self, subnet: str, first: str, last: str) -> Sequence[UsageDay]:
        """The days on which something was used, from ``first`` to ``last``, both included."""

    def note_stored(self, subnet: str, day: str) -> UsageDay:
        """Measure what the subnet has stored now; the most of the day counts."""

    def rebuild(self, subnet: str) -> int:
        """Work the amounts of every execution out anew whose journal is still whole; gives how many."""
