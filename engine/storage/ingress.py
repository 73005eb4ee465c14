"""What comes in from outside, on Django's database."""

from __future__ import annotations

from collections.abc import Sequence

from engine.base.errors import ResourceExhausted
from engine.ports.ingress import EventSchema
from engine.storage.database import Database

_REMEMBER = (
    "INSERT INTO engine_seen_call (subnet, scope, nonce, until_us) VALUES (%s, %s, %s, %s)"
    " ON CONFLICT (subnet, scope, nonce) DO UPDATE SET until_us = excluded.until_us"
    " WHERE engine_seen_call.until_us <= %s"
)
_FORGET = "DELETE FROM engine_seen_call WHERE subnet = %s AND scope = %s AND nonce = %s"
_PUT = (
    "INSERT INTO engine_event_schema (subnet, type, content, author, updated_us) VALUES (%s, %s, %s, %s, %s)"
    " ON CONFLICT (subnet, type) DO UPDATE SET content = excluded.content, author = excluded.author,"
    " updated_us = excluded.updated_us"
)
_SCHEMAS = "SELECT subnet, type, content, author, updated_us FROM engine_event_schema WHERE subnet = %s"


class DjangoSeenCalls:
    """:class:`engine.ports.ingress.SeenCalls` on SQLite or PostgreSQL."""

    def __init__(self, using: str = "default") -> None:
        self._db = Database(using)

    def remember(self, subnet: str, scope: str, nonce: str, now_us: int, until_us: int) -> bool:
        """See :meth:`SeenCalls.remember`; of two callers at once one gets True."""
        return self._db.write(_REMEMBER, [subnet, scope, nonce, until_us, now_us]) == 1

    def forget(self, subnet: str, scope: str, nonce: str) -> None:
        """See :meth:`SeenCalls.forget`."""
        self._db.write(_FORGET, [subnet, scope, nonce])

    def expire(self, now_us: int) -> int:
        """See :meth:`SeenCalls.expire`."""
        return self._db.write("DELETE FROM engine_seen_call WHERE until_us <= %s", [now_us])


class DjangoSchemaStore:
    """:class:`engine.ports.ingress.SchemaStore` on SQLite or PostgreSQL."""

    def __init__(self, using: str = "default") -> None:
        self._db = Database(using)

    def put(self, schema: EventSchema, schemas_max: int) -> None:
        """See :meth:`SchemaStore.put`."""
        with self._db.transaction() as cursor:
            sql = "SELECT COUNT(*) FROM engine_event_schema WHERE subnet = %s AND type <> %s"
            cursor.execute(sql, [schema.subnet, schema.type])
            if cursor.fetchone()[0] >= schemas_max:
                raise ResourceExhausted(f"a subnet has at most {schemas_max} schemas; delete one first")
            cursor.execute(
                _PUT, [schema.subnet, schema.type, schema.content, schema.author, schema.updated_us]
            )

    def get(self, subnet: str, type: str) -> EventSchema | None:
        """See :meth:`SchemaStore.get`."""
        row = self._db.row(f"{_SCHEMAS} AND type = %s", [subnet, type])
        return None if row is None else EventSchema(row[0], row[1], bytes(row[2]), row[3], row[4])

    def all(self, subnet: str) -> Sequence[EventSchema]:
        """See :meth:`SchemaStore.all`."""
        rows = self._db.rows(f"{_SCHEMAS} ORDER BY type", [subnet])
        return [EventSchema(row[0], row[1], bytes(row[2]), row[3], row[4]) for row in rows]

    def delete(self, subnet: str, type: str) -> bool:
        """See :meth:`SchemaStore.delete`."""
        sql = "DELETE FROM engine_event_schema WHERE subnet = %s AND type = %s"
        return self._db.write(sql, [subnet, type]) == 1
