"""The socket for compliance reports that are made by the clock: schedules, and what was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class ReportSchedule:
    """A report of a kind, in a form, made at every tick on the time since the tick before.

    ``spec`` is that of a schedule trigger: ``{"cron": [TEXT], "timezone"}`` or ``{"interval_ms"}``.
    """

    id: str
    subnet: str
    kind: str
    form: str
    by: str
    created_us: int
    from_us: int  # where the next report begins
    next_us: int | None  # the next tick; None where there is none any more
    spec: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReportRun:
    """One tick of a schedule. Until its block is stored ``cid`` is empty; until the audit trail knows of it
    ``due_us`` says when somebody may try again."""

    id: str
    subnet: str
    schedule: str
    kind: str
    form: str
    since_us: int
    until_us: int
    due_us: int | None
    cid: str = ""
    size: int = 0
    made_us: int | None = None


class ReportStore(Protocol):
    """Schedules and runs of all subnets."""

    def add(self, schedule: ReportSchedule) -> None:
        """Store a new schedule."""

    def remove(self, subnet: str, schedule: str) -> ReportSchedule:
        """Forget a schedule; its reports stay. Raises :class:`UnknownObject`."""

    def schedules(self, subnet: str) -> Sequence[ReportSchedule]:
        """All of a subnet, oldest first."""

    def due(self, now_us: int, limit: int = 100) -> Sequence[ReportSchedule]:
        """Schedules of all subnets whose tick is due, the longest due first."""

    def begin(self, schedule: ReportSchedule, next_us: int | None, run: ReportRun) -> bool:
        """Move a schedule on to its next tick and begin the run of this one, both or neither; False where
        somebody else did, or the schedule is gone."""

    def unfinished(self, now_us: int, limit: int = 100) -> Sequence[ReportRun]:
        """Runs of all subnets with ``due_us`` in the past."""

    def claim(self, run: ReportRun, due_us: int) -> bool:
        """Put off when somebody may try again; False where somebody else did."""

    def made(self, run: ReportRun, cid: str, size: int, now_us: int) -> ReportRun:
        """The run with its block; where it has one already, that counts."""

    def told(self, run: str) -> None:
        """The audit trail knows of this run: nothing is left to do."""

    def runs(self, subnet: str, limit: int = 50, before: str | None = None) -> Sequence[ReportRun]:
        """A page, newest first; ``before`` is the id of a run."""

    def run(self, subnet: str, run: str) -> ReportRun:
        """Raises :class:`UnknownObject`."""

    def forget(self, subnet: str, before_us: int, limit: int = 1000) -> Sequence[ReportRun]:
        """Forget finished runs that ended before a time, the oldest first, and give them."""
