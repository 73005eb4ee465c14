"""Which executions need a worker, which may leave their lane, and which wait for an event.

The literal conditions repeat those of the partial indexes in ``engine.storage.tables``.
"""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from typing import Any

from engine.storage.database import Database, Row, holes

_FREE = "(lease_owner = '' OR lease_until_us <= %s)"

_DUE = f"""
SELECT id FROM (
    SELECT id, priority, created_us FROM engine_execution
     WHERE status = 'running' AND {_FREE}
    UNION
    SELECT id, priority, created_us FROM engine_execution
     WHERE status IN ('running', 'waiting') AND wake_us IS NOT NULL AND wake_us <= %s AND {_FREE}
    UNION
    SELECT id, priority, created_us FROM engine_execution
     WHERE id IN (SELECT execution FROM engine_signal WHERE NOT consumed)
       AND status IN ('paused', 'running', 'waiting') AND {_FREE}
) AS found ORDER BY priority, created_us, id LIMIT %s"""  # noqa: S608

_NEXT_WAKE = """
SELECT wake_us FROM engine_execution
 WHERE status IN ('running', 'waiting') AND wake_us IS NOT NULL AND lease_owner = ''
 ORDER BY wake_us LIMIT 1"""

_LANE = """
SELECT id, flow, concurrency_max FROM engine_execution
 WHERE subnet = %s AND status = 'pending'{without}
 ORDER BY priority, created_us, id LIMIT %s"""

_ADMIT = "UPDATE engine_execution SET status = 'running', updated_us = %s WHERE status = 'pending' AND id IN"

_LISTENING = """
SELECT id, waits_for FROM engine_execution
 WHERE subnet = %s AND waits_for > '' AND status IN ('paused', 'running', 'waiting')
 ORDER BY created_us, id"""


def due(db: Database, now_us: int, limit: int) -> list[str]:
    """Executions that need a worker now; see :meth:`JournalStore.due`."""
    return [row[0] for row in db.rows(_DUE, [now_us, now_us, now_us, now_us, limit])]


def next_wake_us(db: Database) -> int | None:
    """The earliest timer of the unleased executions."""
    wake: int | None = db.value(_NEXT_WAKE)
    return wake


def running(db: Database, subnet: str, flow: str | None) -> int:
    """How many run in a subnet, or of one of its flows."""
    sql, values = "SELECT COUNT(*) FROM engine_execution WHERE status = 'running' AND subnet = %s", [subnet]
    if flow is not None:
        sql, values = f"{sql} AND flow = %s", [subnet, flow]
    count: int = db.value(sql, values)
    return count


def pending(db: Database, subnet: str) -> int:
    """How many wait in a subnet's lanes."""
    sql = "SELECT COUNT(*) FROM engine_execution WHERE status = 'pending' AND subnet = %s"
    count: int = db.value(sql, [subnet])
    return count


def admit(db: Database, subnet: str, running_max: int, now_us: int) -> list[str]:
    """Move executions from their lane to running; see :meth:`JournalStore.admit`.

    A flow's lane is first in, first out: where its next execution finds no room, the later ones wait.
    """
    if pending(db, subnet) == 0:
        return []
    with db.transaction() as cursor:
        _alone(db, cursor, subnet)
        sql = "SELECT flow, COUNT(*) FROM engine_execution WHERE status = 'running' AND subnet = %s"
        cursor.execute(f"{sql} GROUP BY flow", [subnet])
        busy = Counter(dict(cursor.fetchall()))
        return _fill(cursor, subnet, running_max - busy.total(), busy, now_us)


def _alone(db: Database, cursor: Any, subnet: str) -> None:
    """Let two workers that admit in one subnet take turns, so that both do not fill the same room."""
    if db.vendor == "postgresql":
        key = int.from_bytes(sha256(subnet.encode()).digest()[:8], "big", signed=True)
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def _fill(cursor: Any, subnet: str, room: int, busy: Counter[str], now_us: int) -> list[str]:
    """Admit the next ones in order until the room is used up. Every turn either admits something or finds
    one more flow that is full, so it ends."""
    admitted: list[str] = []
    full: set[str] = set()
    while len(admitted) < room:
        chosen = []
        rows = _next(cursor, subnet, sorted(full), room - len(admitted))
        for id, flow, limit in rows:
            if flow in full or (limit is not None and busy[flow] >= limit):
                full.add(flow)
            else:
                busy[flow] += 1
                chosen.append(id)
        if chosen:
            cursor.execute(f"{_ADMIT} ({holes(chosen)})", [now_us, *chosen])
        if not rows:
            break
        admitted += chosen
    return admitted


def _next(cursor: Any, subnet: str, full: list[str], count: int) -> list[Row]:
    without = f" AND flow NOT IN ({holes(full)})" if full else ""
    cursor.execute(_LANE.format(without=without), [subnet, *full, count])
    rows: list[Row] = cursor.fetchall()
    return rows


def waiting_for(db: Database, subnet: str, event_type: str) -> list[str]:
    """Executions whose parked steps wait for this event type; see :meth:`JournalStore.waiting_for`."""
    return [id for id, names in db.rows(_LISTENING, [subnet]) if awaits(names, event_type)]


def awaits(waits_for: str, event_type: str) -> bool:
    """Whether one of the types between bars is this one, or a prefix of it that ends in ``*``."""
    return any(
        event_type.startswith(name[:-1]) if name.endswith("*") else name == event_type
        for name in waits_for.split("|")
        if name
    )
