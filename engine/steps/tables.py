"""Rows of cells to objects and back, bounded in size."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import orjson

from engine.base.errors import StepFailure
from engine.base.limits import TABLE_CELLS_MAX, TABLE_ROWS_MAX
from engine.steps.values import number_of

Row = Sequence[Any]
Json = dict[str, Any]


def bounded(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows; raises :class:`StepFailure` where there are too many, or cells in them."""
    cells = 0
    for number, row in enumerate(rows, 1):
        cells += len(row)
        if number > TABLE_ROWS_MAX or cells > TABLE_CELLS_MAX:
            limit = f"{TABLE_ROWS_MAX} rows and {TABLE_CELLS_MAX} cells"
            raise StepFailure(f"the table is too large: at most {limit} are read")
        yield row


def objects_of(rows: Iterable[Row], *, header: bool, empty_cells: bool) -> Iterator[Json]:
    """An object for each row that holds anything; without a header ``{"row": [...]}``, where an empty
    cell is null, or with ``empty_cells`` an empty text."""
    names: list[str] | None = None
    for row in bounded(rows):
        if header and names is None:
            names = _names(row)
        elif names is None:
            blank = "" if empty_cells else None
            yield {"row": [blank if cell is None else cell for cell in row]}
        elif found := _object(names, row, empty_cells):
            yield found


def records_of(rows: Iterable[Row], *, header: bool, empty_cells: bool) -> Iterator[Json]:
    """As :func:`objects_of` for CSV, whose cells are texts: names stand as they are written, the last of
    two alike counts, and a row of empty cells is an object, too. Without a header and without empty cells
    a row is an object of its cells by their number."""
    names: Sequence[str] | None = None
    for row in bounded(rows):
        if header and names is None:
            names = row
        elif names is None:
            yield {"row": list(row) if empty_cells else _filled(map(str, range(len(row))), row)}
        else:
            yield dict(zip(names, row, strict=False)) if empty_cells else _filled(names, row)


def _filled(names: Iterable[str], row: Row) -> Json:
    return {name: cell for name, cell in zip(names, row, strict=False) if cell != ""}


def _object(names: list[str], row: Row, empty_cells: bool) -> Json:
    if all(cell is None or cell == "" for cell in row):
        return {}
    padded = [*row, *[None] * (len(names) - len(row))] if empty_cells else row
    filled = {
        name: "" if cell is None else cell
        for name, cell in zip(names, padded, strict=False)
        if empty_cells or not (cell is None or cell == "")
    }
    return filled


def _names(row: Row) -> list[str]:
    """Names of columns; an empty one is ``__EMPTY``, a second one of a name gets a number."""
    names: list[str] = []
    taken: set[str] = set()
    count: dict[str, int] = {}
    for cell in row:
        plain = "__EMPTY" if cell is None or cell == "" else str(cell)
        name = plain
        while name in taken:
            count[plain] = count.get(plain, 0) + 1
            name = f"{plain}_{count[plain]}"
        taken.add(name)
        names.append(name)
    return names


def rows_of(objects: Sequence[Json], *, header: bool, lists: bool = False) -> Iterator[list[Any]]:
    """Rows of objects; columns in the order in which their names first come up. Objects inside are
    laid flat, their names joined by dots; lists are written as JSON, or with ``lists`` laid flat by the
    numbers of their elements."""
    flat = [dict(_spread(one, "") if lists else _flat(one, "")) for one in objects]
    names = list(dict.fromkeys(name for one in flat for name in one))
    if header and names:
        yield list(names)
    for one in flat:
        yield [one.get(name) for name in names]


def _flat(value: Json, prefix: str) -> Iterator[tuple[str, Any]]:
    for name, inner in value.items():
        if isinstance(inner, dict) and inner:
            yield from _flat(inner, f"{prefix}{name}.")
        else:
            written = orjson.dumps(inner).decode() if isinstance(inner, list | dict) else inner
            yield f"{prefix}{name}", written


def _spread(value: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    pairs = enumerate(value) if isinstance(value, list) else value.items()
    for name, inner in pairs:
        if isinstance(inner, list | dict):
            yield from _spread(inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", inner


_SIGNS = re.compile(r"(?<=\d),(?=\d)|\$")
_DAY = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?)?\Z")
_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001


def value_in(text: str) -> Any:
    """What a spreadsheet takes a written cell for: a number (``1,200``, ``$5``, ``20%``, ``(3)``), true or
    false in capitals, a date as days since 1900, or else the text; None for an empty one."""
    if text in ("TRUE", "FALSE"):
        return text == "TRUE"
    if not text or not any(map(str.isdecimal, text)):
        return text or None
    number = _number(text)
    if math.isfinite(number):
        return int(number) if float(number).is_integer() and abs(number) < 1e15 else number
    day = _days(text)
    return text if day is None else day


def _number(text: str) -> float:
    found = number_of(text)
    if not math.isnan(found):
        return found
    plain = _SIGNS.sub("", text)
    parts = 100 ** plain.count("%")
    plain = plain.replace("%", "")
    if plain.startswith("(") and plain.endswith(")"):
        plain, parts = plain[1:-1], -parts
    return number_of(plain) / parts if plain.strip() else math.nan


def _days(text: str) -> float | None:
    found = _DAY.match(text)
    if found is None:
        return None
    try:
        moment = datetime(*(int(part or 0) for part in found.groups()))  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        return None
    days = (moment - _FIRST_DAY) / timedelta(days=1)
    return int(days) if days.is_integer() else days


def cells_within(rows: Iterable[Row], area: str) -> Iterator[Row]:
    """The cells from one corner to another (``B2:D10``), or what comes after a number of rows."""
    if area.isdecimal():
        yield from islice(rows, int(area), None)
        return
    begin, _, end = area.partition(":")
    left, top = _place(begin)
    right, bottom = _place(end or begin)
    for row in islice(rows, top, bottom + 1):
        yield row[left : right + 1]


def _place(cell: str) -> tuple[int, int]:
    """Column and row of a cell, from 0."""
    letters = cell.rstrip("0123456789")
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1, int(cell[len(letters) :]) - 1
