"""What subnets used, on Django's database: a row for each execution and day, written with its facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields
from typing import Any

from engine.base.canonical import decode
from engine.journal.facts import Fact, from_plain
from engine.journal.usage import Amounts, used_by_day
from engine.ports.cipher import Cipher
from engine.ports.usage import UsageDay
from engine.storage.database import Database, Row, holes
from engine.storage.vault import Unsealed, Vault

GONE = ""
"""Stands in a row for all executions that were deleted, and for what the subnet has stored."""

_AMOUNTS = tuple(field.name for field in fields(Amounts))
_KEY = ("subnet", "day", "execution")
_SUMS = ", ".join(f"{name} = engine_usage.{name} + excluded.{name}" for name in _AMOUNTS)
_ADD = (
    f"INSERT INTO engine_usage ({', '.join((*_KEY, *_AMOUNTS))}, blocks, stored_bytes)"  # noqa: S608
    f" VALUES ({holes((*_KEY, *_AMOUNTS))}, 0, 0) ON CONFLICT (subnet, day, execution) DO UPDATE SET {_SUMS}"
)
_FOLD = (
    f"INSERT INTO engine_usage ({', '.join((*_KEY, *_AMOUNTS))}, blocks, stored_bytes)"  # noqa: S608
    f" SELECT subnet, day, '', {', '.join(_AMOUNTS)}, 0, 0 FROM engine_usage"
    " WHERE execution = %s AND execution > ''"
    f" ON CONFLICT (subnet, day, execution) DO UPDATE SET {_SUMS}"
)
_DROP = "DELETE FROM engine_usage WHERE execution = %s AND execution > ''"
_DAYS = (
    f"SELECT day, {', '.join(f'SUM({name})' for name in _AMOUNTS)}, MAX(blocks), MAX(stored_bytes)"  # noqa: S608
    " FROM engine_usage WHERE subnet = %s AND day >= %s AND day <= %s GROUP BY day ORDER BY day"
)
_STORED = "SELECT COUNT(*), COALESCE(SUM(size), 0) FROM engine_block WHERE subnet = %s"
_MOST = (
    f"INSERT INTO engine_usage ({', '.join((*_KEY, *_AMOUNTS))}, blocks, stored_bytes)"  # noqa: S608
    f" VALUES (%s, %s, '', {', '.join('0' for _ in _AMOUNTS)}, %s, %s)"
    " ON CONFLICT (subnet, day, execution) DO UPDATE SET blocks = CASE WHEN excluded.blocks >"
    " engine_usage.blocks THEN excluded.blocks ELSE engine_usage.blocks END, stored_bytes = CASE WHEN"
    " excluded.stored_bytes > engine_usage.stored_bytes THEN excluded.stored_bytes"
    " ELSE engine_usage.stored_bytes END"
)
_WHOLE = (
    "SELECT id, data_key FROM engine_execution"
    " WHERE subnet = %s AND base_sequence = 0 AND data_key IS NOT NULL ORDER BY id"
)
_LOCK = "SELECT sequence FROM engine_execution WHERE id = %s"
_ENTRIES = "SELECT sequence, payload FROM engine_journal_entry WHERE execution = %s ORDER BY sequence"


def add_used(cursor: Any, subnet: str, execution: str, facts: Iterable[Fact]) -> None:
    """Count what facts tell of, in the transaction that stores them."""
    for day, amounts in used_by_day(facts).items():
        cursor.execute(_ADD, [subnet, day, execution, *astuple(amounts)])


def fold_used(cursor: Any, execution: str) -> None:
    """An execution is deleted: its amounts stay, without its id."""
    cursor.execute(_FOLD, [execution])
    cursor.execute(_DROP, [execution])


class DjangoUsageStore:
    """:class:`engine.ports.usage.UsageStore` on SQLite or PostgreSQL."""

    def __init__(self, using: str = "default", cipher: Cipher | None = None) -> None:
        self._db, self._cipher = Database(using), cipher or Unsealed()

    def days(self, subnet: str, first: str, last: str) -> Sequence[UsageDay]:
        """See :meth:`UsageStore.days`."""
        return [_day(row) for row in self._db.rows(_DAYS, [subnet, first, last])]

    def note_stored(self, subnet: str, day: str) -> UsageDay:
        """See :meth:`UsageStore.note_stored`."""
        row = self._db.row(_STORED, [subnet])
        assert row is not None, "counting always gives a row"
        blocks, stored = int(row[0]), int(row[1])
        if blocks:
            self._db.write(_MOST, [subnet, day, blocks, stored])
        return UsageDay(day, blocks=blocks, stored_bytes=stored)

    def rebuild(self, subnet: str) -> int:
        """See :meth:`UsageStore.rebuild`; an execution that goes on meanwhile waits for its turn."""
        rows = self._db.rows(_WHOLE, [subnet])
        for execution, wrapped in rows:
            vault = Vault.opened(self._cipher, subnet, execution, bytes(wrapped))
            with self._db.transaction() as cursor:
                cursor.execute(_LOCK + self._db.for_update, [execution])
                cursor.execute(_ENTRIES, [execution])
                facts = [from_plain(decode(vault.open_entry(at, bytes(sealed)))) for at, sealed in cursor]
                cursor.execute(_DROP, [execution])
                add_used(cursor, subnet, execution, facts)
        return len(rows)


def _day(row: Row) -> UsageDay:
    day, *amounts, blocks, stored = row
    return UsageDay(day, Amounts(*map(int, amounts)), int(blocks), int(stored))
