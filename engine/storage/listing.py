"""Which executions a list asks for, in SQL."""

from __future__ import annotations

from typing import Any

from engine.ports.journal_store import ExecutionQuery
from engine.storage.database import Row

_LISTED = {
    **dict.fromkeys(
        ("paused", "pending", "running", "waiting"),
        "status IN ('paused', 'pending', 'running', 'waiting') AND status = %s",
    ),
    "failed": "status = 'failed' AND status = %s",
    "aborted": "status = 'aborted' AND status = %s",
}
"""Conditions that name the partial index which makes a status cheap to list."""


def conditions_of(query: ExecutionQuery) -> tuple[str, Row]:
    """The WHERE of a list of executions, and its values."""
    conditions: list[str] = ["subnet = %s"]
    values: list[Any] = [query.subnet]
    if query.flow is not None:
        conditions.append("flow = %s")
        values.append(query.flow)
    if query.status is not None:
        conditions.append(_LISTED.get(query.status, "status = %s"))
        values.append(query.status)
    if query.parent is not None:
        conditions.append("NOT (parent = '') AND parent = %s" if query.parent else "parent = %s")
        values.append(query.parent)
    if query.since_us is not None:
        conditions.append("created_us >= %s")
        values.append(query.since_us)
    if query.until_us is not None:
        conditions.append("created_us < %s")
        values.append(query.until_us)
    if query.before is not None:
        cursor = "SELECT created_us, id FROM engine_execution WHERE id = %s AND subnet = %s"
        conditions.append(f"(created_us, id) < ({cursor})")
        values += [query.before, query.subnet]
    return " AND ".join(conditions), tuple(values)
