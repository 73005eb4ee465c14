"""The triggers in force: webhook routes, schedules and event subscriptions of published flows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.base.canonical import decode, encode
from engine.base.errors import WrongState
from engine.ports.flow_store import ActiveTrigger, Registration
from engine.storage.database import Database, Row
from engine.storage.routes import overlap, routes_of

_COUNTER = "routes_revision"
_COLUMNS = "SELECT subnet, flow, version, kind, step, key, spec, next_us FROM engine_trigger"
_INSERT = (
    "INSERT INTO engine_trigger (subnet, flow, version, kind, step, key, spec, next_us)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)
_CLAIM = (
    "INSERT INTO engine_webhook_route (method, pattern, subnet, flow) VALUES (%s, %s, %s, %s)"
    " ON CONFLICT (method, pattern) DO NOTHING"
)
_HOLDER = "SELECT subnet, flow FROM engine_webhook_route WHERE method = %s AND pattern = %s"
_GROW = (
    "INSERT INTO engine_counter (name, value) VALUES (%s, 1)"
    " ON CONFLICT (name) DO UPDATE SET value = engine_counter.value + 1"
)
_ADVANCE = (
    "UPDATE engine_trigger SET next_us = %s WHERE kind = 'schedule'"
    " AND subnet = %s AND flow = %s AND step = %s AND version = %s AND next_us = %s"
)


def withdraw(cursor: Any, subnet: str, flow: str) -> None:
    """Take a flow's triggers out of force."""
    cursor.execute("DELETE FROM engine_webhook_route WHERE subnet = %s AND flow = %s", [subnet, flow])
    cursor.execute("DELETE FROM engine_trigger WHERE subnet = %s AND flow = %s", [subnet, flow])
    if cursor.rowcount:
        cursor.execute(_GROW, [_COUNTER])
    cursor.execute("UPDATE engine_flow SET published = '' WHERE subnet = %s AND id = %s", [subnet, flow])


def register(
    cursor: Any,
    owner: tuple[str, str, str],
    registrations: Sequence[Registration],
    next_us: Mapping[str, int],
) -> None:
    """Put triggers of a subnet's flow version in force; raises :class:`WrongState` where a route is taken."""
    subnet, flow, version = owner
    cursor.execute(_GROW, [_COUNTER])  # first: who holds this row is alone in claiming routes
    for given in registrations:
        for method, pattern in routes_of(given):
            _check_others(cursor, subnet, method, pattern, given.key)
            cursor.execute(_CLAIM, [method, pattern, subnet, flow])
            if cursor.rowcount != 1:
                raise _taken(cursor, subnet, method, pattern, given.key)
        spec, tick = encode(dict(given.spec)), next_us.get(given.step)
        cursor.execute(_INSERT, [subnet, flow, version, given.kind, given.step, given.key, spec, tick])


def check_free(cursor: Any, subnet: str, flow: str, registrations: Sequence[Registration]) -> None:
    """Raise :class:`WrongState` where a route of these is taken by another flow."""
    for given in registrations:
        for method, pattern in routes_of(given):
            _check_others(cursor, subnet, method, pattern, given.key)
            cursor.execute(_HOLDER, [method, pattern])
            if cursor.fetchone() not in (None, (subnet, flow)):
                raise _taken(cursor, subnet, method, pattern, given.key)


def _check_others(cursor: Any, subnet: str, method: str, pattern: str, key: str) -> None:
    """Raise :class:`WrongState` where the route would take calls from one of another subnet."""
    sql = "SELECT pattern FROM engine_webhook_route WHERE method = %s AND subnet <> %s"
    cursor.execute(sql, [method, subnet])
    if any(overlap(pattern, str(row[0])) for row in cursor.fetchall()):
        raise WrongState(
            f"{method} /webhook/{key} is served by a flow of another subnet; choose another path",
            method=method,
            path=key,
        )


def _taken(cursor: Any, subnet: str, method: str, pattern: str, key: str) -> WrongState:
    cursor.execute(_HOLDER, [method, pattern])
    row = cursor.fetchone()
    own = row is not None and row[0] == subnet  # a tenant is not told the names of another's flows
    holder = f"the flow {row[1]!r}" if own else "a flow of another subnet"
    return WrongState(
        f"{method} /webhook/{key} is served by {holder}; choose another path or unpublish that flow",
        method=method,
        path=key,
    )


def in_force(db: Database, kind: str, subnet: str | None) -> list[ActiveTrigger]:
    """All triggers of a kind, of one subnet or of all."""
    where, values = ("kind = %s", [kind]) if subnet is None else ("kind = %s AND subnet = %s", [kind, subnet])
    return [_active(row) for row in db.rows(f"{_COLUMNS} WHERE {where} ORDER BY id", values)]


def revision(db: Database) -> int:
    """How often the triggers in force changed."""
    value: int | None = db.value("SELECT value FROM engine_counter WHERE name = %s", [_COUNTER])
    return value or 0


def due(db: Database, now_us: int, limit: int) -> list[ActiveTrigger]:
    """Schedules whose tick has come."""
    where = "kind = 'schedule' AND next_us IS NOT NULL AND next_us <= %s ORDER BY next_us, id LIMIT %s"
    return [_active(row) for row in db.rows(f"{_COLUMNS} WHERE {where}", [now_us, limit])]


def advance(db: Database, trigger: ActiveTrigger, next_us: int | None) -> bool:
    """Move a schedule from its tick to the next; only one of two callers finds it there."""
    owner = [trigger.subnet, trigger.flow, trigger.registration.step, trigger.version]
    return db.write(_ADVANCE, [next_us, *owner, trigger.next_us]) == 1


def next_us(db: Database) -> int | None:
    """The tick that comes first."""
    tick: int | None = db.value(
        "SELECT MIN(next_us) FROM engine_trigger WHERE kind = 'schedule' AND next_us IS NOT NULL"
    )
    return tick


def _active(row: Row) -> ActiveTrigger:
    subnet, flow, version, kind, step, key, spec, tick = row
    return ActiveTrigger(subnet, flow, version, Registration(kind, step, key, decode(bytes(spec))), tick)
