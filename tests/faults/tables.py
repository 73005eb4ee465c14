"""What the database says, read without the node: statuses, journals, and who is stuck."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

import psycopg

from engine.base.canonical import decode
from engine.base.limits import Limits
from engine.identity.keyring import Keyring
from engine.identity.root_keys import RootKeyFile
from engine.journal.facts import Fact, from_plain
from engine.ports.cipher import KeyRecord
from engine.storage.vault import Vault
from engine.testing.memory_keys import MemoryKeys

ENDED = ("completed", "failed", "aborted")

_OWNERLESS = """
SELECT id FROM engine_execution
 WHERE (lease_owner = '' OR lease_until_us <= ?)
   AND (status = 'running'
        OR (status IN ('running', 'waiting') AND wake_us IS NOT NULL AND wake_us <= ?)
        OR (status IN ('paused', 'running', 'waiting')
            AND id IN (SELECT execution FROM engine_signal WHERE NOT consumed)))"""


class Tables:
    """A node's database by its URL: ``sqlite:///PATH`` or ``postgresql://...``. The root key that opens
    its journals lies in the data directory."""

    def __init__(self, url: str, data_dir: Path, lease_ms: int = Limits().lease_ms) -> None:
        self.url, self.data_dir, self.lease_s = url, data_dir, lease_ms / 1000

    @classmethod
    def of(cls, data_dir: Path) -> Tables:
        """Those of a node on SQLite."""
        return cls(f"sqlite:///{data_dir / 'qflow.sqlite3'}", data_dir)

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
        return self._journals("entry.execution = ?", execution).get(execution, [])

    def journals(self, flow: str) -> dict[str, list[Fact]]:
        """The journals of all executions of a flow, in one query."""
        return self._journals("whole.flow = ?", flow)

    def _journals(self, condition: str, value: str) -> dict[str, list[Fact]]:
        sql = (
            "SELECT entry.execution, entry.subnet, whole.data_key, entry.sequence, entry.payload"
            " FROM engine_journal_entry AS entry JOIN engine_execution AS whole ON whole.id = entry.execution"
            f" WHERE {condition} ORDER BY entry.execution, entry.sequence"
        )
        cipher, vaults = self._cipher(), dict[str, Vault]()
        found: dict[str, list[Fact]] = {}
        for execution, subnet, wrapped, sequence, sealed in self.query(sql, value):
            if execution not in vaults:
                vaults[execution] = Vault.opened(cipher, subnet, execution, bytes(wrapped))
            payload = vaults[execution].open_entry(sequence, bytes(sealed))
            found.setdefault(execution, []).append(from_plain(decode(payload)))
        return found

    def _cipher(self) -> Keyring:
        """One that opens what the node sealed, with its root key and the keys in its database."""
        keys = MemoryKeys()
        for row in self.query("SELECT subnet, kind, version, wrapped, created_us FROM engine_key"):
            keys.stored[row[:3]] = KeyRecord(*row[:3], bytes(row[3]), row[4])
        roots = RootKeyFile(self.data_dir / "root-key")
        return Keyring(roots, keys, lambda: 0, lambda: 0)

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
