"""Merging by a SQL query, on SQLite in memory with one table for each input.

The query is a user's: an authorizer allows SELECT on these tables and nothing else, no file can be
reached, and steps, rows and sizes are bounded (sqlite.org/security.html).
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any

from engine.base.errors import ResourceExhausted, StepFailure
from engine.base.limits import (
    MERGE_ITEMS_MAX,
    SQL_CHECK_STEPS,
    SQL_COLUMNS_MAX,
    SQL_STEPS_MAX,
    SQL_VALUE_BYTES_MAX,
)
from engine.ports.step_catalogue import Item, StepContext
from engine.steps.logic_merge.functions import DENIED_FUNCTIONS, add_functions
from engine.steps.logic_merge.manifest import MergeParameters

_ROW_NUMBER = re.compile(r"\bROW_NUMBER\(\)(?!\s{0,100}OVER\b)", re.I)
_ARROW = re.compile(r"->(?!>)\s{0,100}([A-Za-z_]\w{0,200})")
_NO_COLUMN = re.compile(r"no such column: (?:(input\d{1,2})\.)?([^.]+)\Z", re.I)
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE})
_SYSTEM = ("sqlite_", "pragma_", "dbstat")
_TABLE_FUNCTIONS = frozenset({"json_each", "json_tree", "generate_series"})


class _Meter:
    """Counts the steps of a query, and stops it."""

    def __init__(self, context: StepContext) -> None:
        self._context, self.steps, self.spent = context, 0, False

    def __call__(self) -> bool:
        self.steps += SQL_CHECK_STEPS
        self.spent = self.steps > SQL_STEPS_MAX
        return self.spent or self._context.cancellation.cancelled


def queried(inputs: Sequence[Sequence[Item]], given: MergeParameters, context: StepContext) -> list[Item]:
    """An item for each row. Raises :class:`StepFailure` with SQLite's words, or
    :class:`ResourceExhausted`."""
    meter = _Meter(context)
    tables = {f"input{number}": items for number, items in enumerate(inputs, 1)}
    with closing(_connected()) as database, closing(_connected()) as clock:
        for name, items in tables.items():
            _fill(database, name, _columns(items), items)
        add_functions(database, clock, context.now_us)
        _confine(database, frozenset(tables), meter)
        try:
            return _answered(_rows(database, _spoken(given.query), frozenset(tables)), given)
        except sqlite3.Error as error:
            context.cancellation.check()
            if meter.spent:
                message = f"the query takes more than {SQL_STEPS_MAX} steps and was stopped"
                raise ResourceExhausted(message) from error
            raise StepFailure(f"the SQL query fails: {error}") from error


def _connected() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", detect_types=sqlite3.PARSE_DECLTYPES)


def _spoken(query: str) -> str:
    """The query with two habits of other dialects turned into SQLite's."""
    query = _ROW_NUMBER.sub("ROW_NUMBER() OVER ()", query.strip().rstrip(";"))
    return _ARROW.sub(r"->>'\1'", query)


def _columns(items: Sequence[Item]) -> dict[str, str]:
    """Names of all fields, each with a declared type that says how its values come back."""
    names: dict[str, None] = {}
    for item in items:
        names.update(dict.fromkeys(item["json"]))
    if len(names) > SQL_COLUMNS_MAX:
        raise StepFailure(f"{len(names)} fields are more columns than the {SQL_COLUMNS_MAX} of a table")
    folded: dict[str, str] = {}
    for name in names:
        if folded.setdefault(name.lower(), name) != name:
            other = folded[name.lower()]
            raise StepFailure(f"SQL cannot tell the fields {other!r} and {name!r} apart; rename one")
    return {name: _declared([item["json"].get(name) for item in items]) for name in names}


def _declared(values: Sequence[Any]) -> str:
    there = [value for value in values if value is not None]
    if there and all(isinstance(value, bool) for value in there):
        return "boolean"
    if there and all(isinstance(value, dict | list) for value in there):
        return "json_text"
    return ""


def _fill(
    database: sqlite3.Connection, table: str, columns: Mapping[str, str], items: Sequence[Item]
) -> None:
    names = columns or {"": ""}  # a table has a column
    declared = ", ".join(f"{_quoted(name)} {kind}" for name, kind in names.items())
    database.execute(f"CREATE TABLE {table} ({declared})")
    slots = ", ".join("?" * len(names))
    rows = (tuple(_stored(item["json"].get(name)) for name in names) for item in items)
    try:
        database.executemany(f"INSERT INTO {table} VALUES ({slots})", rows)  # noqa: S608 - our own names
    except (OverflowError, sqlite3.Error) as error:
        raise StepFailure(f"{table} holds a value that SQL cannot keep: {error}") from error


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""').replace("\x00", "") + '"'


def _stored(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return int(value) if isinstance(value, bool) else value


def _confine(database: sqlite3.Connection, tables: frozenset[str], meter: _Meter) -> None:
    database.execute("PRAGMA trusted_schema = off")
    database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, SQL_VALUE_BYTES_MAX)
    database.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000)
    database.set_authorizer(_authorizer(tables))
    database.set_progress_handler(meter, SQL_CHECK_STEPS)


def _authorizer(tables: frozenset[str]) -> Callable[..., int]:
    """Allows reading the tables, and functions that reach nothing else."""

    def allow(action: int, first: str | None, second: str | None, base: str | None, *_: str | None) -> int:
        if action == sqlite3.SQLITE_READ:
            name = (first or "").lower()
            own = not second and base is None  # counting a table that the query itself names with WITH
            fine = name in tables | _TABLE_FUNCTIONS or (own and not name.startswith(_SYSTEM))
        elif action == sqlite3.SQLITE_FUNCTION:
            fine = (second or "").lower() not in DENIED_FUNCTIONS
        else:
            fine = action in _ALLOWED
        return sqlite3.SQLITE_OK if fine else sqlite3.SQLITE_DENY

    return allow


def _rows(database: sqlite3.Connection, query: str, tables: frozenset[str]) -> sqlite3.Cursor:
    """Run the query; a column that it names and no item has is added to its table, empty."""
    for _ in range(SQL_COLUMNS_MAX):
        try:
            return database.execute(query)
        except sqlite3.OperationalError as error:
            named = _NO_COLUMN.match(str(error))
            if named is None or (named[1] or "input1").lower() not in tables:
                raise
            database.set_authorizer(None)
            database.execute(f"ALTER TABLE {named[1] or 'input1'} ADD COLUMN {_quoted(named[2])}")
            database.set_authorizer(_authorizer(tables))
    raise StepFailure(f"the SQL query names more than {SQL_COLUMNS_MAX} columns that no item has")


def _answered(cursor: sqlite3.Cursor, given: MergeParameters) -> list[Item]:
    if cursor.description is None:
        raise StepFailure("the SQL query must be a SELECT")
    names = [column[0] for column in cursor.description]
    made: list[Item] = []
    for row in cursor:
        if len(made) == MERGE_ITEMS_MAX:
            raise ResourceExhausted(f"the query gives more than {MERGE_ITEMS_MAX} rows")
        made.append({"json": _fields(names, row, given.nulls == "keep"), "pairedItem": []})
    return made


def _fields(names: Sequence[str], row: Sequence[Any], nulls: bool) -> dict[str, Any]:
    """Of two columns with one name the later one counts, unless it is null."""
    found: dict[str, Any] = {}
    for name, value in zip(names, row, strict=True):
        if name and (value is not None or (nulls and name not in found)):
            found[name] = value.hex() if isinstance(value, bytes) else value
    return found


def _as_bool(data: bytes) -> bool:
    return data != b"0"


def _as_json(data: bytes) -> Any:
    return json.loads(data)


sqlite3.register_converter("boolean", _as_bool)
sqlite3.register_converter("json_text", _as_json)
