"""The end of a subnet in the database: what is taken away, what is emptied, and what stays."""

from __future__ import annotations

from typing import Any

from engine.base.errors import WrongState
from engine.storage.database import Database

ERASED = (
    "api_token", "audit_hold", "block", "capability_revocation", "capability_use", "case_runs", "consent",
    "credential",
    "event_schema", "flow", "flow_definition", "flow_value", "flow_version", "grant", "held_key",
    "index_entry", "key", "outbox", "pack", "policy_document", "quarantine", "report_run",
    "report_schedule", "role", "sandbox_violation", "seen_call", "signal", "signed_policy", "trigger",
    "validation", "variable", "version_tag", "webhook_route",
)  # fmt: skip
"""Tables whose rows of the subnet go."""

KEPT = (
    "audit_record",
    "execution",
    "flow_signature",
    "identity",
    "journal_entry",
    "key_event",
    "signed_head",
    "usage",
)
"""Tables whose rows stay: hashes, signatures and public keys, with contents emptied or sealed by keys that
are no more, and what is to be billed."""

_EMPTIED = (
    "UPDATE engine_execution SET data_key = NULL, salt_key = NULL, error = NULL, custom = NULL,"
    " keep_until_us = NULL, wake_us = NULL, waits_for = '' WHERE subnet = %s",
    "UPDATE engine_journal_entry SET payload = %s WHERE subnet = %s",
)
_LIVE = (
    "SELECT COUNT(*) FROM engine_execution WHERE subnet = %s"
    " AND status IN ('paused', 'pending', 'running', 'waiting')"
)
_GROW = (
    "INSERT INTO engine_counter (name, value) VALUES (%s, 1)"
    " ON CONFLICT (name) DO UPDATE SET value = engine_counter.value + 1"
)
_END = "UPDATE engine_subnet SET ending_us = %s WHERE id = %s AND ending_us IS NULL"
_ENDED = "UPDATE engine_subnet SET ended_us = %s, name = '' WHERE id = %s"


def end(db: Database, subnet: str, now_us: int) -> None:
    """Nothing begins any more: no token counts, no trigger is in force; every process sees both."""
    with db.transaction() as cursor:
        cursor.execute(_END, [now_us, subnet])
        cursor.execute("UPDATE engine_api_token SET revoked = TRUE WHERE subnet = %s", [subnet])
        for table in ("trigger", "webhook_route"):
            cursor.execute(f"DELETE FROM engine_{table} WHERE subnet = %s", [subnet])  # noqa: S608
        for counter in ("tokens", "routes_revision"):
            cursor.execute(_GROW, [counter])


def erase(db: Database, subnet: str, now_us: int) -> None:
    """All at once, with the bytes overwritten; raises :class:`WrongState` while an execution is alive."""
    with db.erasing() as cursor:
        _must_be_at_rest(cursor, subnet)
        for table in ERASED:
            cursor.execute(f"DELETE FROM engine_{table} WHERE subnet = %s", [subnet])  # noqa: S608
        cursor.execute(_EMPTIED[0], [subnet])
        cursor.execute(_EMPTIED[1], [b"", subnet])
        cursor.execute(_ENDED, [now_us, subnet])


def _must_be_at_rest(cursor: Any, subnet: str) -> None:
    cursor.execute(_LIVE, [subnet])
    alive = cursor.fetchone()[0]
    if alive:
        raise WrongState(f"{alive} executions of subnet {subnet!r} have not ended", subnet=subnet)
