"""What the database says, read without the node: statuses, journals, and who is stuck."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

import psycopg

from engine.base.canonical import decode
from engine.base.limits import Limits
from engine.journal.facts import Fact, from_plain

ENDED = ("completed", "failed", "aborted")

_OWNERLESS = """
SELECT id FROM engine_execution
 WHERE (lease_owner = '' OR lease_until_us <= ?)
   AND (status = 'running'
        OR (status IN ('running', 'waiting') AND wake_us IS NOT NULL AND wake_us <= ?)
        OR (status IN ('paused', 'running', 'waiting')
            AND id IN (SELECT execution FROM engine_signal WHERE NOT consumed)))"""


class Tables:
    """A node's database by its URL: ``sqlite:///PATH`` or ``postgresql://...``."""

    def __init__(self, url: str, lease_ms: int = Limits().lease_ms) -> None:
        self.url, self.lease_s = url, lease_ms / 1000

    @classmethod
    def of(cls, data_dir: Path) -> Tables:
        """Those of a node on SQLite."""
        return cls(f"sqlite:///{data_dir / 'qflow.sqlite3'}")

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Rows of a query with ``?`` for its parameters."""
        if self.url.startswith("sqlite"):
            with sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=10) as database:
                return database.execute(sql, parameters).fetchall()
        with psycopg.connect(self.url, autocommit=True, connect_timeout=10) as connection:
            return connection.execute(sql.replace("?", "%s").encode(), parameters).fetchall()

    def statuses(self) -> dict[str, str]:
        """Status by execution."""
        return dict(self.query("SELECT id, status FROM engine_execution"))

    def of_flow(self, flow: str) -> list[str]:
        """Executions of a flow, oldest first."""
        return [
            row[0] for row in self.query("SELECT id FROM engine_execution WHERE flow = ? ORDER BY id", flow)
        ]

    def facts(self, execution: str) -> list[Fact]:
        """The journal of an execution."""
        sql = "SELECT payload FROM engine_journal_entry WHERE execution = ? ORDER BY sequence"
        return [from_plain(decode(bytes(row[0]))) for row in self.query(sql, execution)]

    def journals(self, flow: str) -> dict[str, list[Fact]]:
        """The journals of all executions of a flow, in one query."""
        sql = (
            "SELECT entry.execution, entry.payload FROM engine_journal_entry AS entry"
            " JOIN engine_execution AS whole ON whole.id = entry.execution"
            " WHERE whole.flow = ? ORDER BY entry.execution, entry.sequence"
        )
        found: dict[str, list[Fact]] = {}
        for execution, payload in self.query(sql, flow):
            found.setdefault(execution, []).append(from_plain(decode(bytes(payload))))
        return found

    def ownerless(self) -> set[str]:
        """Executions that could go on now but are in nobody's hands."""
        now_us = time.time_ns() // 1000
        return {row[0] for row in self.query(_OWNERLESS, now_us, now_us)}

    def left_in_outbox(self) -> int:
        """Effects that nobody has carried out yet."""
        return int(self.query("SELECT COUNT(*) FROM engine_outbox")[0][0])


class Vigil:
    """Watches over the executions of a node: none may be without an owner longer than four leases.

    The time while there is no node to own anything does not count: ``pause`` forgets what was seen.
    """

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._since: dict[str, float] = {}
        self.longest_s = 0.0

    def pause(self) -> None:
        """Begin anew: there was nobody who could own an execution."""
        self._since.clear()

    def look(self) -> None:
        """Look once; fails where an execution is stuck."""
        now = time.monotonic()
        ownerless = self.tables.ownerless()
        self._since = {execution: self._since.get(execution, now) for execution in ownerless}
        for execution, since in self._since.items():
            self.longest_s = max(self.longest_s, now - since)
            limit = 4 * self.tables.lease_s
            assert now - since <= limit, f"{execution} has had no owner for more than {limit} s"

    def until_ended(self, within_s: float = 60, expected: int = 0) -> dict[str, str]:
        """Watch until every execution has ended, at least so many; gives the statuses."""
        deadline = time.monotonic() + within_s
        while True:
            self.look()
            statuses = self.tables.statuses()
            if len(statuses) >= expected and all(status in ENDED for status in statuses.values()):
                return statuses
            assert time.monotonic() < deadline, f"after {within_s} s: {statuses}"
            time.sleep(0.05)  # the poll's own pace
