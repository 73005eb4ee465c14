"""Holds and reports in memory."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

from engine.base.errors import UnknownObject, WrongState
from engine.ports.holds import Hold
from engine.ports.report_store import ReportRun, ReportSchedule


class MemoryHolds:
    """A :class:`engine.ports.holds.HoldStore`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holds: dict[str, Hold] = {}

    def place(self, hold: Hold) -> None:
        """A new one."""
        self._holds[hold.id] = hold

    def release(self, subnet: str, hold: str, by: str, reason: str, now_us: int) -> Hold:
        """End one."""
        with self._lock:
            held = self._holds.get(hold)
            if held is None or held.subnet != subnet:
                raise UnknownObject(f"there is no hold {hold!r}")
            if held.released_us is not None:
                raise WrongState(f"hold {hold} was released already", hold=hold)
            ended = replace(held, released_us=now_us, released_by=by, release_reason=reason)
            self._holds[hold] = ended
            return ended

    def holds(self, subnet: str) -> Sequence[Hold]:
        """Oldest first."""
        found = [hold for hold in self._holds.values() if hold.subnet == subnet]
        return sorted(found, key=lambda hold: (hold.placed_us, hold.id))

    def in_force(self, subnet: str) -> Sequence[Hold]:
        """Not released."""
        return [hold for hold in self.holds(subnet) if hold.released_us is None]


class MemoryReports:
    """A :class:`engine.ports.report_store.ReportStore`."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._schedules: dict[str, ReportSchedule] = {}
        self._runs: dict[str, ReportRun] = {}

    def add(self, schedule: ReportSchedule) -> None:
        """A new schedule."""
        self._schedules[schedule.id] = schedule

    def remove(self, subnet: str, schedule: str) -> ReportSchedule:
        """Forget a schedule."""
        with self._lock:
            if schedule not in {one.id for one in self.schedules(subnet)}:
                raise UnknownObject(f"there is no schedule {schedule!r} of reports")
            return self._schedules.pop(schedule)

    def schedules(self, subnet: str) -> Sequence[ReportSchedule]:
        """Oldest first."""
        found = [one for one in self._schedules.values() if one.subnet == subnet]
        return sorted(found, key=lambda one: (one.created_us, one.id))

    def due(self, now_us: int, limit: int = 100) -> Sequence[ReportSchedule]:
        """Whose tick is due."""
        found = [(one.next_us, one.id) for one in self._schedules.values() if one.next_us is not None]
        return [self._schedules[id] for at_us, id in sorted(found) if at_us <= now_us][:limit]

    def begin(self, schedule: ReportSchedule, next_us: int | None, run: ReportRun) -> bool:
        """Move on and begin."""
        with self._lock:
            now = self._schedules.get(schedule.id)
            if now is None or now.next_us != schedule.next_us:
                return False
            self._schedules[schedule.id] = replace(now, next_us=next_us, from_us=run.until_us)
            self._runs[run.id] = run
            return True

    def unfinished(self, now_us: int, limit: int = 100) -> Sequence[ReportRun]:
        """Runs to try again."""
        found = [(run.due_us, run.id) for run in self._runs.values() if run.due_us is not None]
        return [self._runs[id] for at_us, id in sorted(found) if at_us <= now_us][:limit]

    def claim(self, run: ReportRun, due_us: int) -> bool:
        """Put off the next try."""
        with self._lock:
            now = self._runs.get(run.id)
            if now is None or now.due_us != run.due_us:
                return False
            self._runs[run.id] = replace(now, due_us=due_us)
            return True

    def made(self, run: ReportRun, cid: str, size: int, now_us: int) -> ReportRun:
        """The run with its block."""
        with self._lock:
            now = self.run(run.subnet, run.id)
            if not now.cid:
                self._runs[run.id] = now = replace(now, cid=cid, size=size, made_us=now_us)
            return now

    def told(self, run: str) -> None:
        """Finished."""
        with self._lock:
            if run in self._runs:
                self._runs[run] = replace(self._runs[run], due_us=None)

    def runs(self, subnet: str, limit: int = 50, before: str | None = None) -> Sequence[ReportRun]:
        """Newest first."""
        found = [run for run in self._runs.values() if run.subnet == subnet]
        if before is not None:
            found = [run for run in found if _age(run) < _age(self.run(subnet, before))]
        return sorted(found, key=_age, reverse=True)[:limit]

    def run(self, subnet: str, run: str) -> ReportRun:
        """One run."""
        found = self._runs.get(run)
        if found is None or found.subnet != subnet:
            raise UnknownObject(f"there is no report {run!r}")
        return found

    def forget(self, subnet: str, before_us: int, limit: int = 1000) -> Sequence[ReportRun]:
        """Forget old ones."""
        with self._lock:
            old = [run for run in self._runs.values() if run.subnet == subnet and run.until_us < before_us]
            gone = sorted((run for run in old if run.due_us is None), key=_age)[:limit]
            for run in gone:
                del self._runs[run.id]
            return gone


def _age(run: ReportRun) -> tuple[int, str]:
    return run.until_us, run.id
