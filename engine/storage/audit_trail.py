"""The audit trail on Django's database: recorded events, executions and capability uses as one list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from engine.base.canonical import decode, encode
from engine.ports.audit_trail import NOTHING_KEPT, AuditEvent, AuditQuery, Kept
from engine.ports.cipher import USES, Cipher, bound_to
from engine.storage.database import Database, Row, holes, text
from engine.storage.vault import Unsealed

_COLUMNS = tuple(field.name for field in fields(AuditEvent))
_SELECTED = ", ".join(_COLUMNS)
_RECORD = (
    f"INSERT INTO engine_audit_record ({_SELECTED}) VALUES ({holes(_COLUMNS)})"  # noqa: S608
    " ON CONFLICT (id) DO NOTHING"
)
_SOURCES = {
    "": "engine_audit_record",
    "execution": (
        "(SELECT id, subnet, created_us AS at_us, 'execution' AS category, 'execution.run' AS action, actor,"
        " flow AS resource, id AS execution,"
        " CASE WHEN status IN ('failed', 'aborted') THEN 'failed' ELSE 'done' END AS outcome,"
        " status AS reason, NULL AS details FROM engine_execution) AS executions"
    ),
    "permission": (
        "(SELECT id, subnet, until_us AS at_us, 'permission' AS category, action, actor, resource, execution,"
        " CASE WHEN passed THEN 'allowed' ELSE 'denied' END AS outcome,"
        " CASE WHEN passed THEN '' ELSE stage || ': ' || code END AS reason, NULL AS details"
        " FROM engine_validation) AS validations"
    ),
    "capability": (
        "(SELECT id, subnet, at_us, 'capability' AS category, operation AS action, token AS actor,"
        " step AS resource, execution, CASE WHEN allowed THEN 'allowed' ELSE 'denied' END AS outcome,"
        " reason, arguments AS details FROM engine_capability_use) AS uses"
    ),
}
"""Where events lie, by category; each gives the columns of an event."""

_FORGET = (
    (
        "at_us",
        "DELETE FROM engine_audit_record WHERE id IN (SELECT id FROM engine_audit_record"
        " WHERE subnet = %s AND at_us < %s{kept} ORDER BY at_us, id LIMIT %s)",
    ),
    (
        "until_us",
        "DELETE FROM engine_validation WHERE id IN (SELECT id FROM engine_validation"
        " WHERE subnet = %s AND until_us < %s AND execution = ''{kept} ORDER BY id LIMIT %s)",
    ),
)
"""The time of a row, and what deletes the oldest."""

_EQUAL = ("category", "actor", "resource", "execution", "outcome")


class DjangoAuditTrail:
    """:class:`engine.ports.audit_trail.AuditTrail` on SQLite or PostgreSQL."""

    def __init__(self, using: str = "default", cipher: Cipher | None = None) -> None:
        self._db, self._cipher = Database(using), cipher or Unsealed()

    def record(self, events: Sequence[AuditEvent]) -> None:
        """See :meth:`AuditTrail.record`."""
        if events:
            with self._db.transaction() as cursor:
                cursor.executemany(_RECORD, [_values(event) for event in events])

    def search(self, query: AuditQuery) -> Sequence[AuditEvent]:
        """See :meth:`AuditTrail.search`: the newest of each source, merged."""
        conditions, values = _conditions(query)
        found: list[AuditEvent] = []
        for source in _asked(query):
            sql = (
                f"SELECT {_SELECTED} FROM {source} WHERE {conditions}"  # noqa: S608
                " ORDER BY at_us DESC, id DESC LIMIT %s"
            )
            found += [self._event(row) for row in self._db.rows(sql, [*values, query.limit])]
        return sorted(found, key=lambda event: (event.at_us, event.id), reverse=True)[: query.limit]

    def _event(self, row: Row) -> AuditEvent:
        """The event of a row; the arguments of uses are sealed, and empty once they were shredded."""
        values = dict(zip(_COLUMNS, row, strict=True))
        told = bytes(values.pop("details") or b"")
        if told and values["category"] == "capability":
            place = bound_to("use", values["subnet"], values["id"])
            told = self._cipher.open(values["subnet"], USES, told, place)
        return AuditEvent(**values, details=decode(told) if told else {})

    def count(self, query: AuditQuery) -> Mapping[tuple[str, str, str], int]:
        """See :meth:`AuditTrail.count`."""
        conditions, values = _conditions(query)
        counted: dict[tuple[str, str, str], int] = {}
        for source in _asked(query):
            sql = (
                f"SELECT category, action, outcome, COUNT(*) FROM {source} WHERE {conditions}"  # noqa: S608
                " GROUP BY category, action, outcome"
            )
            for category, action, outcome, number in self._db.rows(sql, values):
                key = (category, action, outcome)
                counted[key] = counted.get(key, 0) + int(number)
        return counted

    def forget(self, subnet: str, before_us: int, limit: int = 10_000, kept: Kept = NOTHING_KEPT) -> int:
        """See :meth:`AuditTrail.forget`; the oldest first."""
        deleted = 0
        for time, sql in _FORGET:
            but, values = _but(kept, time)
            deleted += self._db.write(sql.format(kept=but), [subnet, before_us, *values, limit])
        return deleted


def _but(kept: Kept, time: str) -> tuple[str, list[Any]]:
    """The condition that leaves out what is kept."""
    sql, values = "", list[Any]()
    named = (("execution", kept.executions), ("actor", kept.actors), ("resource", kept.actors))
    for column, names in named:
        if names:
            sql += f" AND {column} NOT IN ({holes(names)})"
            values += names
    for since_us, until_us in kept.times:
        sql += f" AND NOT ({time} >= %s AND {time} < %s)"
        values += [since_us, until_us]
    return sql, values


def _asked(query: AuditQuery) -> list[str]:
    """The sources that can hold what is asked for."""
    return [table for kind, table in _SOURCES.items() if not kind or query.category in (None, kind)]


def _conditions(query: AuditQuery) -> tuple[str, list[Any]]:
    given: list[tuple[str, Any]] = [("subnet = %s", query.subnet)]
    given += [(f"{name} = %s", getattr(query, name)) for name in _EQUAL if getattr(query, name) is not None]
    if query.action is not None:
        exact = not query.action.endswith("*")
        pattern = query.action if exact else _like(query.action[:-1]) + "%"
        given.append(("action = %s" if exact else "action LIKE %s ESCAPE '!'", pattern))
    if query.since_us is not None:
        given.append(("at_us >= %s", query.since_us))
    if query.until_us is not None:
        given.append(("at_us < %s", query.until_us))
    values = [value for _, value in given]
    conditions = [condition for condition, _ in given]
    if query.before is not None:
        conditions.append("(at_us, id) < (%s, %s)")
        values += query.before
    if query.text:
        conditions.append("LOWER(resource || ' ' || reason || ' ' || action) LIKE %s ESCAPE '!'")
        values.append(f"%{_like(text(query.text).lower())}%")
    return " AND ".join(conditions), values


def _like(words: str) -> str:
    return words.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _values(event: AuditEvent) -> list[Any]:
    return [_stored(getattr(event, name)) for name in _COLUMNS]


def _stored(value: Any) -> Any:
    if isinstance(value, Mapping):
        return encode(dict(value))
    return text(value) if isinstance(value, str) else value
