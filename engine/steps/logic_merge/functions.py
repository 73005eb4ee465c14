"""Functions that a merge's SQL has beside SQLite's own, and those it must not have."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import Any

from engine.steps.values import text_of

DENIED_FUNCTIONS = frozenset(
    {
        "load_extension",
        "fts3_tokenizer",
        "random",
        "randomblob",
        "zeroblob",
        "current_date",
        "current_time",
        "current_timestamp",
        "sqlite_log",
    }
)
"""What reaches beyond the tables, or would make two runs differ."""

_DATES = ("date", "time", "datetime", "julianday", "unixepoch", "strftime")


def add_functions(database: sqlite3.Connection, clock: sqlite3.Connection, now_us: int) -> None:
    """Text functions that flows from elsewhere use; and dates whose ``now`` is the run's time, worked
    out by ``clock``, a database of its own."""
    database.create_function("len", 1, _length, deterministic=True)
    database.create_function("ucase", 1, lambda value: text_of(value).upper(), deterministic=True)
    database.create_function("lcase", 1, lambda value: text_of(value).lower(), deterministic=True)
    database.create_function("concat", -1, _concat, deterministic=True)
    now = datetime.fromtimestamp(now_us / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    for name in _DATES:
        database.create_function(name, -1, _dated(name, now, clock))


def _length(value: Any) -> int | None:
    return None if value is None else len(text_of(value))


def _concat(*values: Any) -> str:
    return "".join("" if value is None else text_of(value) for value in values)


def _dated(name: str, now: str, clock: sqlite3.Connection) -> Any:
    """SQLite's own function, told what time it is."""
    moment_at = 1 if name == "strftime" else 0

    def function(*values: Any) -> Any:
        given = list(values)
        if len(given) <= moment_at:
            given.append(now)
        elif isinstance(given[moment_at], str) and given[moment_at].lower() == "now":
            given[moment_at] = now
        slots = ", ".join("?" * len(given))
        return clock.execute(f"SELECT {name}({slots})", given).fetchone()[0]

    return function
