"""Holds on Django's database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from engine.base.errors import UnknownObject, WrongState
from engine.ports.holds import Held, Hold
from engine.storage.database import Database, Row, holes, text

_COLUMNS = tuple(field.name for field in fields(Hold))
_SELECTED = ", ".join(_COLUMNS)
_INSERT = f"INSERT INTO engine_audit_hold ({_SELECTED}) VALUES ({holes(_COLUMNS)})"  # noqa: S608
_OF_SUBNET = f"SELECT {_SELECTED} FROM engine_audit_hold WHERE subnet = %s"  # noqa: S608
_RELEASE = (
    "UPDATE engine_audit_hold SET released_us = %s, released_by = %s, release_reason = %s"
    " WHERE subnet = %s AND id = %s AND released_us IS NULL"
)


class DjangoHoldStore:
    """:class:`engine.ports.holds.HoldStore` on SQLite or PostgreSQL."""

    def __init__(self, using: str = "default") -> None:
        self._db = Database(using)

    def place(self, hold: Hold) -> None:
        """See :meth:`HoldStore.place`."""
        self._db.write(_INSERT, [_stored(getattr(hold, name)) for name in _COLUMNS])

    def release(self, subnet: str, hold: str, by: str, reason: str, now_us: int) -> Hold:
        """See :meth:`HoldStore.release`."""
        with self._db.transaction() as cursor:
            cursor.execute(_RELEASE, [now_us, text(by), text(reason), subnet, hold])
            released = cursor.rowcount == 1
            row = self._db.row(f"{_OF_SUBNET} AND id = %s", [subnet, hold])
        if row is None:
            raise UnknownObject(f"there is no hold {hold!r}")
        if not released:
            raise WrongState(f"hold {hold} was released already", hold=hold)
        return _hold(row)

    def holds(self, subnet: str) -> Sequence[Hold]:
        """See :meth:`HoldStore.holds`."""
        return [_hold(row) for row in self._db.rows(f"{_OF_SUBNET} ORDER BY placed_us, id", [subnet])]

    def in_force(self, subnet: str) -> Sequence[Hold]:
        """See :meth:`HoldStore.in_force`."""
        return [hold for hold in self.holds(subnet) if hold.released_us is None]


def _stored(value: Any) -> Any:
    return text(str(value)) if isinstance(value, str) else value


def _hold(row: Row) -> Hold:
    values = dict(zip(_COLUMNS, row, strict=True))
    return Hold(**values | {"kind": Held(values["kind"])})
