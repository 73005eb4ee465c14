"""Quarantine on Django's database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from engine.ports.quarantine import EVERYWHERE, Contained, Quarantine
from engine.storage.database import Database, Row, holes, text

_COLUMNS = tuple(field.name for field in fields(Quarantine))
_SELECTED = ", ".join(_COLUMNS)
_INSERT = f"INSERT INTO engine_quarantine ({_SELECTED}) VALUES ({holes(_COLUMNS)})"  # noqa: S608
_HELD = "lifted_us IS NULL AND (until_us IS NULL OR until_us > %s)"
_IN_FORCE = (
    f"SELECT {_SELECTED} FROM engine_quarantine WHERE subnet IN (%s, %s) AND {_HELD}"  # noqa: S608
    " ORDER BY id"
)
_SAME = f"SELECT 1 FROM engine_quarantine WHERE subnet = %s AND kind = %s AND subject = %s AND {_HELD}"  # noqa: S608
_LIFT = (
    "UPDATE engine_quarantine SET lifted_us = %s, lifted_by = %s"  # noqa: S608
    f" WHERE subnet = %s AND kind = %s AND subject = %s AND {_HELD}"
)
_COUNT = (
    "INSERT INTO engine_counter (name, value) VALUES (%s, 1)"
    " ON CONFLICT (name) DO UPDATE SET value = engine_counter.value + 1"
)
_REVISION = "SELECT SUM(value) FROM engine_counter WHERE name IN (%s, %s)"


def counter(subnet: str) -> str:
    """The name of the counter behind a subnet's revision."""
    return f"quarantine:{subnet}"


class DjangoQuarantineStore:
    """:class:`engine.ports.quarantine.QuarantineStore` on SQLite or PostgreSQL."""

    def __init__(self, using: str = "default") -> None:
        self._db = Database(using)

    def place(self, quarantine: Quarantine) -> bool:
        """See :meth:`QuarantineStore.place`; the counter's row makes writers take turns."""
        stay = quarantine
        with self._db.transaction() as cursor:
            cursor.execute(_COUNT, [counter(stay.subnet)])
            cursor.execute(_SAME, [stay.subnet, str(stay.kind), text(stay.subject), stay.since_us])
            if cursor.fetchone() is not None:
                return False
            cursor.execute(_INSERT, [_stored(getattr(stay, name)) for name in _COLUMNS])
            return True

    def lift(self, subnet: str, kind: Contained, subject: str, by: str, now_us: int) -> bool:
        """See :meth:`QuarantineStore.lift`."""
        with self._db.transaction() as cursor:
            cursor.execute(_COUNT, [counter(subnet)])
            cursor.execute(_LIFT, [now_us, text(by), subnet, str(kind), text(subject), now_us])
            lifted: bool = cursor.rowcount > 0
            return lifted

    def in_force(self, subnet: str, now_us: int) -> Sequence[Quarantine]:
        """See :meth:`QuarantineStore.in_force`."""
        return [_stay(row) for row in self._db.rows(_IN_FORCE, [subnet, EVERYWHERE, now_us])]

    def history(self, subnet: str, limit: int, before: str | None = None) -> Sequence[Quarantine]:
        """See :meth:`QuarantineStore.history`; ids sort by time."""
        older = "" if before is None else " AND id < %s"
        sql = f"SELECT {_SELECTED} FROM engine_quarantine WHERE subnet = %s{older} ORDER BY id DESC LIMIT %s"  # noqa: S608
        values = [subnet, *([] if before is None else [before]), limit]
        return [_stay(row) for row in self._db.rows(sql, values)]

    def revision(self, subnet: str) -> int:
        """See :meth:`QuarantineStore.revision`."""
        return int(self._db.value(_REVISION, [counter(subnet), counter(EVERYWHERE)]) or 0)


def _stored(value: Any) -> Any:
    return text(value) if isinstance(value, str) else value


def _stay(row: Row) -> Quarantine:
    values = dict(zip(_COLUMNS, row, strict=True))
    values["kind"] = Contained(values["kind"])
    return Quarantine(**values)
