"""The socket for holds: what must be kept, whatever retention and erasure say, until it is released."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Held(StrEnum):
    """What a hold can name."""

    EXECUTION = "execution"  # by its id
    IDENTITY = "identity"  # all that an actor or data subject did, and that names them
    RANGE = "range"  # all that began within a time


@dataclass(frozen=True, slots=True)
class Hold:
    """Something is kept for a reason. ``since_us`` and ``until_us`` (excluded) bound a range only."""

    id: str
    subnet: str
    kind: Held
    subject: str  # id of the execution or identity; empty for a range
    reason: str
    by: str
    placed_us: int
    since_us: int = 0
    until_us: int = 0
    released_us: int | None = None
    released_by: str = ""
    release_reason: str = ""

    def keeps(self, execution: str, names: Iterable[str], at_us: int) -> bool:
        """Whether it keeps what happened at a time, in an execution, to or by somebody of these names."""
        if self.kind is Held.RANGE:
            return self.since_us <= at_us < self.until_us
        return self.subject == execution if self.kind is Held.EXECUTION else self.subject in names


class HoldStore(Protocol):
    """Holds, past ones too."""

    def place(self, hold: Hold) -> None:
        """Store a new one."""

    def release(self, subnet: str, hold: str, by: str, reason: str, now_us: int) -> Hold:
        """End a hold; raises :class:`UnknownObject`, and :class:`WrongState` for one that was released."""

    def holds(self, subnet: str) -> Sequence[Hold]:
        """All of a subnet, oldest first."""

    def in_force(self, subnet: str) -> Sequence[Hold]:
        """Those that were not released, oldest first."""
