"""Wrapped keys on Django's database."""

from __future__ import annotations

from django.db import connections

from engine.ports.cipher import ExecutionKey, KeyRecord
from engine.storage.database import Database, Row

_COLUMNS = "SELECT subnet, kind, version, wrapped, created_us, retired_us FROM engine_key"
_ADD = (
    "INSERT INTO engine_key (subnet, kind, version, wrapped, created_us, retired_us)"
    " VALUES (%s, %s, %s, %s, %s, NULL) ON CONFLICT (subnet, kind, version) DO NOTHING"
)
_RETIRE = (
    "UPDATE engine_key SET retired_us = %s"
    " WHERE subnet = %s AND kind = %s AND version < %s AND retired_us IS NULL"
)
_REPLACE = (
    "UPDATE engine_key SET wrapped = %s WHERE subnet = %s AND kind = %s AND version = %s AND wrapped = %s"
)
_OF_EXECUTIONS = (
    "SELECT id, subnet, data_key FROM engine_execution WHERE id > %s AND data_key IS NOT NULL"
    " ORDER BY id LIMIT %s"
)


class DjangoKeyStore:
    """:class:`engine.ports.cipher.KeyStore` on SQLite or PostgreSQL."""

    def __init__(self, using: str = "default") -> None:
        self._db = Database(using)

    def settled(self) -> bool:
        """See :meth:`KeyStore.settled`."""
        return not connections[self._db.using].in_atomic_block

    def records(self, subnet: str, kind: str) -> list[KeyRecord]:
        """See :meth:`KeyStore.records`."""
        sql = f"{_COLUMNS} WHERE subnet = %s AND kind = %s ORDER BY version"
        return [_record(row) for row in self._db.rows(sql, [subnet, kind])]

    def every(self) -> list[KeyRecord]:
        """See :meth:`KeyStore.every`."""
        return [_record(row) for row in self._db.rows(f"{_COLUMNS} ORDER BY subnet, kind, version")]

    def add(self, record: KeyRecord) -> bool:
        """See :meth:`KeyStore.add`."""
        place = [record.subnet, record.kind, record.version]
        with self._db.transaction() as cursor:
            cursor.execute(_ADD, [*place, record.wrapped, record.created_us])
            added: bool = cursor.rowcount == 1
            if added:
                cursor.execute(_RETIRE, [record.created_us, *place])
            return added

    def replace(self, record: KeyRecord, wrapped: bytes) -> bool:
        """See :meth:`KeyStore.replace`."""
        place = [record.subnet, record.kind, record.version]
        return self._db.write(_REPLACE, [wrapped, *place, record.wrapped]) == 1

    def destroy(self, record: KeyRecord) -> None:
        """See :meth:`KeyStore.destroy`."""
        sql = "DELETE FROM engine_key WHERE subnet = %s AND kind = %s AND version = %s"
        with self._db.erasing() as cursor:
            cursor.execute(sql, [record.subnet, record.kind, record.version])

    def execution_keys(self, after: str, limit: int) -> list[ExecutionKey]:
        """See :meth:`KeyStore.execution_keys`."""
        rows = self._db.rows(_OF_EXECUTIONS, [after, limit])
        return [ExecutionKey(id, subnet, bytes(wrapped)) for id, subnet, wrapped in rows]

    def replace_execution_key(self, key: ExecutionKey, wrapped: bytes) -> bool:
        """See :meth:`KeyStore.replace_execution_key`."""
        sql = "UPDATE engine_execution SET data_key = %s WHERE id = %s AND data_key = %s"
        return self._db.write(sql, [wrapped, key.execution, key.wrapped]) == 1


def _record(row: Row) -> KeyRecord:
    subnet, kind, version, wrapped, created_us, retired_us = row
    return KeyRecord(subnet, kind, version, bytes(wrapped), created_us, retired_us)
