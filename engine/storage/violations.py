"""Violations of the sandbox's limits on Django's database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, get_args

from engine.base.limits import VIOLATIONS_KEPT_MAX
from engine.ports.violations import Counted, Violation, ViolationQuery
from engine.storage.database import Database, holes, text

_COLUMNS = tuple(field.name for field in fields(Violation))
_NAMED = ", ".join(f'"{name}"' for name in _COLUMNS)
_RECORD = f"INSERT INTO engine_sandbox_violation ({_NAMED}) VALUES ({holes(_COLUMNS)})"  # noqa: S608
_PRUNE = (
    "DELETE FROM engine_sandbox_violation WHERE subnet = %s AND id <= "
    "(SELECT id FROM engine_sandbox_violation WHERE subnet = %s ORDER BY id DESC LIMIT 1 OFFSET %s)"
)


class DjangoViolationStore:
    """:class:`engine.ports.violations.ViolationStore` on SQLite or PostgreSQL."""

    def __init__(self, using: str = "default", kept_max: int = VIOLATIONS_KEPT_MAX) -> None:
        self._db, self._kept_max = Database(using), kept_max

    def record(self, violation: Violation) -> None:
        """See :meth:`ViolationStore.record`; the oldest of the subnet make room."""
        values = [_stored(getattr(violation, name)) for name in _COLUMNS]
        with self._db.transaction() as cursor:
            cursor.execute(_RECORD, values)
            cursor.execute(_PRUNE, [violation.subnet, violation.subnet, self._kept_max])

    def violations(self, query: ViolationQuery) -> Sequence[Violation]:
        """See :meth:`ViolationStore.violations`; ids sort by time."""
        given = {"flow": query.flow, "code": query.code, "actor": query.actor}
        wanted = [("subnet = %s", query.subnet)]
        wanted += [(f"{name} = %s", value) for name, value in given.items() if value is not None]
        if query.before is not None:
            wanted.append(("id < %s", query.before))
        conditions = " AND ".join(condition for condition, _ in wanted)
        sql = f"SELECT {_NAMED} FROM engine_sandbox_violation WHERE {conditions} ORDER BY id DESC LIMIT %s"  # noqa: S608
        rows = self._db.rows(sql, [*(value for _, value in wanted), query.limit])
        return [Violation(**dict(zip(_COLUMNS, row, strict=True))) for row in rows]

    def count(self, subnet: str, by: Counted, subject: str, since_us: int) -> int:
        """See :meth:`ViolationStore.count`."""
        assert by in get_args(Counted)
        sql = f"SELECT COUNT(*) FROM engine_sandbox_violation WHERE subnet = %s AND {by} = %s AND at_us > %s"  # noqa: S608
        return int(self._db.value(sql, [subnet, text(subject), since_us]))


def _stored(value: Any) -> Any:
    return text(value) if isinstance(value, str) else value
