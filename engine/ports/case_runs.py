"""The socket for what is remembered of the tests of flows: how each case went when it last ran.

Only the verdict is kept. What a test got lies in its execution's journal, and goes with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class CaseRun:
    """The last run of a case: the version (CID) it ran on, how it ended, and the execution with the sequence
    up to which it was judged; without an ``execution`` it could not begin."""

    name: str
    version: str
    passed: bool
    at_us: int
    end: str = ""
    execution: str = ""
    sequence: int = 0
    duration_ms: float = 0.0


class CaseRunStore(Protocol):
    """Where they lie. A flow keeps as many as it may have cases, the newest."""

    def of(self, subnet: str, flow: str) -> Mapping[str, CaseRun]:
        """Name of a case -> its last run."""

    def put(self, subnet: str, flow: str, runs: Sequence[CaseRun]) -> None:
        """Keep these in the place of earlier ones."""

    def forget(self, subnet: str, flow: str) -> None:
        """Forget all of a flow."""
