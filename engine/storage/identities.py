"""Identities on Django's database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from engine.base.errors import StaleRevision, UnknownObject
from engine.ports.identities import HeldKey, IdentityRecord
from engine.storage.database import Database, Row, holes, text

COUNTER = "identities"

_COLUMNS = tuple(field.name for field in fields(IdentityRecord))
_SELECTED = ", ".join(_COLUMNS)
_CREATE = (
    f"INSERT INTO engine_identity ({_SELECTED}) VALUES ({holes(_COLUMNS)})"  # noqa: S608
    " ON CONFLICT DO NOTHING"
)
_ONE = f"SELECT {_SELECTED} FROM engine_identity WHERE id = %s"  # noqa: S608
_LABELLED = f"SELECT {_SELECTED} FROM engine_identity WHERE label = %s AND label > ''"  # noqa: S608
_LISTED = f"SELECT {_SELECTED} FROM engine_identity WHERE subnet = %s ORDER BY created_us, id"  # noqa: S608
_MOVE = (
    "UPDATE engine_identity SET sequence = %s, revoked_us = COALESCE(revoked_us, %s)"
    " WHERE id = %s AND sequence = %s"
)
_EVENT = (
    "INSERT INTO engine_key_event (identity, subnet, sequence, event)"
    " SELECT id, subnet, sequence, %s FROM engine_identity WHERE id = %s"
)
_LOG = "SELECT event FROM engine_key_event WHERE identity = %s AND sequence > %s ORDER BY sequence"
_HOLD = (
    "INSERT INTO engine_held_key (identity, subnet, key, sealed, retired_us)"
    " SELECT id, subnet, %s, %s, %s FROM engine_identity WHERE id = %s"
)
_HELD_NOW = "UPDATE engine_identity SET held = %s WHERE id = %s"
_HELD = "SELECT key, sealed, retired_us FROM engine_held_key WHERE identity = %s ORDER BY key"
_RESEAL = "UPDATE engine_held_key SET sealed = %s WHERE identity = %s AND key = %s AND sealed = %s"
_RETIRED = "DELETE FROM engine_held_key WHERE identity = %s AND retired_us < %s"
_COUNT = (
    "INSERT INTO engine_counter (name, value) VALUES (%s, 1)"
    " ON CONFLICT (name) DO UPDATE SET value = engine_counter.value + 1"
)


class DjangoIdentityStore:
    """:class:`engine.ports.identities.IdentityStore` on SQLite or PostgreSQL."""

    def __init__(self, using: str = "default") -> None:
        self._db = Database(using)

    def create(self, record: IdentityRecord, event: bytes, keys: Sequence[HeldKey]) -> bool:
        """See :meth:`IdentityStore.create`."""
        with self._db.transaction() as cursor:
            cursor.execute(_CREATE, [_stored(getattr(record, name)) for name in _COLUMNS])
            if cursor.rowcount != 1:
                return False
            cursor.execute(_EVENT, [event, record.id])
            _hold(cursor, record.id, keys)
            cursor.execute(_COUNT, [COUNTER])
            return True

    def append(
        self,
        identity: str,
        sequence: int,
        event: bytes,
        *,
        revoked_us: int | None = None,
        keys: Sequence[HeldKey] | None = None,
    ) -> None:
        """See :meth:`IdentityStore.append`; the row's sequence makes writers take turns."""
        with self._db.transaction() as cursor:
            cursor.execute(_MOVE, [sequence, revoked_us, identity, sequence - 1])
            if cursor.rowcount != 1:
                raise StaleRevision(
                    f"the log of identity {identity} has moved on; load it and try again", sequence=sequence
                )
            cursor.execute(_EVENT, [event, identity])
            if keys is not None:
                cursor.execute("DELETE FROM engine_held_key WHERE identity = %s", [identity])
                _hold(cursor, identity, keys)
                cursor.execute(_HELD_NOW, [bool(keys), identity])
            cursor.execute(_COUNT, [COUNTER])

    def record(self, identity: str) -> IdentityRecord:
        """See :meth:`IdentityStore.record`."""
        row = self._db.row(_ONE, [identity])
        if row is None:
            raise UnknownObject(f"there is no identity {identity!r}", identity=identity)
        return _record(row)

    def labelled(self, label: str) -> IdentityRecord | None:
        """See :meth:`IdentityStore.labelled`."""
        row = self._db.row(_LABELLED, [label])
        return None if row is None else _record(row)

    def records(self, subnet: str) -> list[IdentityRecord]:
        """See :meth:`IdentityStore.records`."""
        return [_record(row) for row in self._db.rows(_LISTED, [subnet])]

    def log(self, identity: str, after: int = -1) -> list[bytes]:
        """See :meth:`IdentityStore.log`."""
        return [bytes(event) for (event,) in self._db.rows(_LOG, [identity, after])]

    def keys(self, identity: str) -> list[HeldKey]:
        """See :meth:`IdentityStore.keys`."""
        rows = self._db.rows(_HELD, [identity])
        return [HeldKey(key, bytes(sealed), retired_us) for key, sealed, retired_us in rows]

    def forget_keys(self, identity: str, before_us: int) -> int:
        """See :meth:`IdentityStore.forget_keys`."""
        return self._db.write(_RETIRED, [identity, before_us])

    def every_key(self) -> list[tuple[str, HeldKey]]:
        """See :meth:`IdentityStore.every_key`."""
        sql = "SELECT identity, key, sealed, retired_us FROM engine_held_key ORDER BY identity, key"
        return [(row[0], HeldKey(row[1], bytes(row[2]), row[3])) for row in self._db.rows(sql)]

    def reseal(self, identity: str, held: HeldKey, sealed: bytes) -> bool:
        """See :meth:`IdentityStore.reseal`."""
        return self._db.write(_RESEAL, [sealed, identity, held.key, held.sealed]) == 1

    def revision(self) -> int:
        """See :meth:`IdentityStore.revision`."""
        return int(self._db.value("SELECT value FROM engine_counter WHERE name = %s", [COUNTER]) or 0)


def _hold(cursor: Any, identity: str, keys: Sequence[HeldKey]) -> None:
    for key in keys:
        cursor.execute(_HOLD, [key.key, key.sealed, key.retired_us, identity])


def _stored(value: Any) -> Any:
    return text(value) if isinstance(value, str) else value


def _record(row: Row) -> IdentityRecord:
    values = dict(zip(_COLUMNS, row, strict=True))
    return IdentityRecord(**values | {"held": bool(values["held"])})
