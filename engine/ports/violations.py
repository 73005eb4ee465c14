"""The socket for violations: every time that guest code crossed a limit of the sandbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

VIOLATION_EVENT = "q.qflow.sandbox.violation.v1"
"""Type of the event that tells of a violation."""
ALERT_EVENT = "q.qflow.sandbox.alert.v1"
"""Type of the event that tells that the guests of a subnet use much."""

Counted = Literal["actor", "flow", "code"]
"""What violations are counted by."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One time that guest code crossed a limit. ``code`` is the CID of the step's code or module, empty
    for expressions; ``limit`` names what was crossed; ``id`` sorts by time."""

    id: str
    subnet: str
    flow: str
    execution: str
    step: str
    run: int
    attempt: int
    actor: str
    code: str
    limit: str
    message: str
    at_us: int


@dataclass(frozen=True, slots=True)
class ViolationQuery:
    """A page of violations, newest first. ``before`` is a cursor: the id of a violation."""

    subnet: str
    flow: str | None = None
    code: str | None = None
    actor: str | None = None
    before: str | None = None
    limit: int = 50


class ViolationStore(Protocol):
    """Violations, kept durably; bounded in number."""

    def record(self, violation: Violation) -> None: ...
    def violations(self, query: ViolationQuery) -> Sequence[Violation]: ...
    def count(self, subnet: str, by: Counted, subject: str, since_us: int) -> int:
        """How often an actor, a flow or code crossed a limit after a time."""
