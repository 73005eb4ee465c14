"""Reports made by the clock, on Django's database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from engine.base.canonical import decode, encode
from engine.base.errors import UnknownObject
from engine.ports.report_store import ReportRun, ReportSchedule
from engine.storage.database import Database, Row, holes, text

_SCHEDULE = tuple(field.name for field in fields(ReportSchedule))
_RUN = tuple(field.name for field in fields(ReportRun))
_SCHEDULES = f"SELECT {', '.join(_SCHEDULE)} FROM engine_report_schedule"  # noqa: S608
_RUNS = f"SELECT {', '.join(_RUN)} FROM engine_report_run"  # noqa: S608
_ADD = f"INSERT INTO engine_report_schedule ({', '.join(_SCHEDULE)}) VALUES ({holes(_SCHEDULE)})"  # noqa: S608
_BEGIN = f"INSERT INTO engine_report_run ({', '.join(_RUN)}) VALUES ({holes(_RUN)})"  # noqa: S608
_MOVE_ON = (
    "UPDATE engine_report_schedule SET next_us = %s, from_us = %s"
    " WHERE subnet = %s AND id = %s AND next_us = %s"
)
_MADE = (
    "UPDATE engine_report_run SET cid = %s, size = %s, made_us = %s"
    " WHERE subnet = %s AND id = %s AND cid = ''"
)


class DjangoReportStore:
    """:class:`engine.ports.report_store.ReportStore` on SQLite or PostgreSQL."""

    def __init__(self, using: str = "default") -> None:
        self._db = Database(using)

    def add(self, schedule: ReportSchedule) -> None:
        """See :meth:`ReportStore.add`."""
        self._db.write(_ADD, [_stored(getattr(schedule, name)) for name in _SCHEDULE])

    def remove(self, subnet: str, schedule: str) -> ReportSchedule:
        """See :meth:`ReportStore.remove`."""
        with self._db.transaction() as cursor:
            row = self._db.row(f"{_SCHEDULES} WHERE subnet = %s AND id = %s", [subnet, schedule])
            if row is None:
                raise UnknownObject(f"there is no schedule {schedule!r} of reports")
            cursor.execute(
                "DELETE FROM engine_report_schedule WHERE subnet = %s AND id = %s", [subnet, schedule]
            )
        return _schedule(row)

    def schedules(self, subnet: str) -> Sequence[ReportSchedule]:
        """See :meth:`ReportStore.schedules`."""
        rows = self._db.rows(f"{_SCHEDULES} WHERE subnet = %s ORDER BY created_us, id", [subnet])
        return [_schedule(row) for row in rows]

    def due(self, now_us: int, limit: int = 100) -> Sequence[ReportSchedule]:
        """See :meth:`ReportStore.due`."""
        sql = f"{_SCHEDULES} WHERE next_us IS NOT NULL AND next_us <= %s ORDER BY next_us, id LIMIT %s"
        return [_schedule(row) for row in self._db.rows(sql, [now_us, limit])]

    def begin(self, schedule: ReportSchedule, next_us: int | None, run: ReportRun) -> bool:
        """See :meth:`ReportStore.begin`; the schedule's tick decides who it is."""
        with self._db.transaction() as cursor:
            place = [schedule.subnet, schedule.id, schedule.next_us]
            cursor.execute(_MOVE_ON, [next_us, run.until_us, *place])
            if cursor.rowcount != 1:
                return False
            cursor.execute(_BEGIN, [_stored(getattr(run, name)) for name in _RUN])
            return True

    def unfinished(self, now_us: int, limit: int = 100) -> Sequence[ReportRun]:
        """See :meth:`ReportStore.unfinished`."""
        sql = f"{_RUNS} WHERE due_us IS NOT NULL AND due_us <= %s ORDER BY due_us, id LIMIT %s"
        return [ReportRun(*row) for row in self._db.rows(sql, [now_us, limit])]

    def claim(self, run: ReportRun, due_us: int) -> bool:
        """See :meth:`ReportStore.claim`."""
        sql = "UPDATE engine_report_run SET due_us = %s WHERE id = %s AND due_us = %s"
        return self._db.write(sql, [due_us, run.id, run.due_us]) == 1

    def made(self, run: ReportRun, cid: str, size: int, now_us: int) -> ReportRun:
        """See :meth:`ReportStore.made`."""
        self._db.write(_MADE, [cid, size, now_us, run.subnet, run.id])
        return self.run(run.subnet, run.id)

    def told(self, run: str) -> None:
        """See :meth:`ReportStore.told`."""
        self._db.write("UPDATE engine_report_run SET due_us = NULL WHERE id = %s", [run])

    def runs(self, subnet: str, limit: int = 50, before: str | None = None) -> Sequence[ReportRun]:
        """See :meth:`ReportStore.runs`."""
        older, values = "", list[Any]([subnet])
        if before is not None:
            last = self.run(subnet, before)
            older, values = " AND (until_us, id) < (%s, %s)", [subnet, last.until_us, last.id]
        sql = f"{_RUNS} WHERE subnet = %s{older} ORDER BY until_us DESC, id DESC LIMIT %s"
        return [ReportRun(*row) for row in self._db.rows(sql, [*values, limit])]

    def run(self, subnet: str, run: str) -> ReportRun:
        """See :meth:`ReportStore.run`."""
        row = self._db.row(f"{_RUNS} WHERE subnet = %s AND id = %s", [subnet, run])
        if row is None:
            raise UnknownObject(f"there is no report {run!r}")
        return ReportRun(*row)

    def forget(self, subnet: str, before_us: int, limit: int = 1000) -> Sequence[ReportRun]:
        """See :meth:`ReportStore.forget`."""
        sql = f"{_RUNS} WHERE subnet = %s AND until_us < %s AND due_us IS NULL ORDER BY until_us, id LIMIT %s"
        with self._db.transaction() as cursor:
            found = [ReportRun(*row) for row in self._db.rows(sql, [subnet, before_us, limit])]
            for run in found:
                cursor.execute(
                    "DELETE FROM engine_report_run WHERE subnet = %s AND id = %s", [subnet, run.id]
                )
        return found


def _stored(value: Any) -> Any:
    if isinstance(value, Mapping):
        return encode(dict(value))
    return text(value) if isinstance(value, str) else value


def _schedule(row: Row) -> ReportSchedule:
    values = dict(zip(_SCHEDULE, row, strict=True))
    return ReportSchedule(**values | {"spec": decode(bytes(values["spec"]))})
