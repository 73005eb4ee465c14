"""The values that executions of one flow share, on Django's database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.base.errors import ResourceExhausted, StaleRevision
from engine.base.ordered import pack, unpack
from engine.ports.capabilities import Kept
from engine.ports.cipher import VALUES, Cipher, bound_to
from engine.storage.database import Database
from engine.storage.vault import Unsealed

KEYS_MAX = 10_000
"""Values of one flow."""

BYTES_MAX = 16 * 1024 * 1024
"""Bytes of all values of one flow."""

_READ = "SELECT value, revision FROM engine_flow_value WHERE subnet = %s AND flow = %s AND key = %s"
_STANDING = "SELECT revision, size FROM engine_flow_value WHERE subnet = %s AND flow = %s AND key = %s"
_DELETE = "DELETE FROM engine_flow_value WHERE subnet = %s AND flow = %s AND key = %s"
_HELD = "SELECT COUNT(*), COALESCE(SUM(size), 0) FROM engine_flow_value WHERE subnet = %s AND flow = %s"
_PUT = (
    "INSERT INTO engine_flow_value (subnet, flow, key, value, size, revision, updated_us)"
    " VALUES (%s, %s, %s, %s, %s, 1, %s) ON CONFLICT (subnet, flow, key) DO UPDATE SET"
    " value = excluded.value, size = excluded.size, updated_us = excluded.updated_us,"
    " revision = engine_flow_value.revision + 1"
)
_CREATE = (
    "INSERT INTO engine_flow_value (subnet, flow, key, value, size, revision, updated_us)"
    " VALUES (%s, %s, %s, %s, %s, 1, %s) ON CONFLICT (subnet, flow, key) DO NOTHING"
)
_KEYS = (
    "SELECT key FROM engine_flow_value WHERE subnet = %s AND flow = %s AND key > %s AND key >= %s"
    " AND substr(key, 1, %s) = %s ORDER BY key LIMIT %s"
)


class DjangoFlowValues:
    """:class:`engine.ports.capabilities.KeyValueStore` on SQLite or PostgreSQL."""

    def __init__(
        self,
        using: str = "default",
        keys_max: int = KEYS_MAX,
        bytes_max: int = BYTES_MAX,
        cipher: Cipher | None = None,
    ) -> None:
        self._db, self._keys_max, self._bytes_max = Database(using), keys_max, bytes_max
        self._cipher = cipher or Unsealed()

    def get(self, subnet: str, flow: str, key: str) -> Kept | None:
        """The value of a key."""
        row = self._db.row(_READ, [subnet, flow, key])
        if row is None:
            return None
        place = bound_to("value", subnet, flow, key)
        return Kept(unpack(self._cipher.open(subnet, VALUES, bytes(row[0]), place)), row[1])

    def put(self, subnet: str, flow: str, key: str, value: Any, expected: int | None, now_us: int) -> int:
        """See :meth:`KeyValueStore.put`."""
        data, where = pack(value), [subnet, flow, key]
        sealed = self._cipher.seal(subnet, VALUES, data, bound_to("value", *where))
        with self._db.transaction() as cursor:
            cursor.execute(_STANDING + self._db.for_update, where)
            revision, size = cursor.fetchone() or (0, 0)
            if expected is not None and expected != revision:
                raise stale(key, expected, revision)
            cursor.execute(_HELD, [subnet, flow])
            keys, held = cursor.fetchone()
            check_room(flow, keys + (revision == 0), held - size + len(data), self._keys_max, self._bytes_max)
            cursor.execute(_CREATE if expected == 0 else _PUT, [*where, sealed, len(data), now_us])
            if cursor.rowcount != 1:
                raise stale(key, 0, 1)
            cursor.execute(_STANDING, where)
            return int(cursor.fetchone()[0])

    def delete(self, subnet: str, flow: str, key: str, expected: int | None) -> bool:
        """See :meth:`KeyValueStore.delete`."""
        where = [subnet, flow, key]
        with self._db.transaction() as cursor:
            cursor.execute(_STANDING + self._db.for_update, where)
            revision = (cursor.fetchone() or (0,))[0]
            if expected is not None and expected != revision:
                raise stale(key, expected, revision)
            cursor.execute(_DELETE, where)
            gone: bool = cursor.rowcount == 1
            return gone

    def keys(self, subnet: str, flow: str, prefix: str, after: str, limit: int) -> Sequence[str]:
        """See :meth:`KeyValueStore.keys`; in the order of their bytes."""
        values = [subnet, flow, after, prefix, len(prefix), prefix, limit]
        return [row[0] for row in self._db.rows(_KEYS, values)]


def stale(key: str, expected: int, revision: int) -> StaleRevision:
    """The error for a change of something else than what is there."""
    return StaleRevision(
        f"the key {key!r} is at revision {revision}, not {expected}; read it and try again", revision=revision
    )


def check_room(flow: str, keys: int, size: int, keys_max: int, bytes_max: int) -> None:
    """Raise :class:`ResourceExhausted` where a flow would keep too much."""
    if keys > keys_max:
        raise ResourceExhausted(f"flow {flow!r} keeps {keys_max} values already; delete some")
    if size > bytes_max:
        raise ResourceExhausted(
            f"flow {flow!r} would keep {size} bytes, more than the {bytes_max} it may; delete some"
        )
