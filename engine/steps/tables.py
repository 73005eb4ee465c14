"""Rows of cells to objects and back, bounded in size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import orjson

from engine.base.errors import StepFailure
from engine.base.limits import TABLE_CELLS_MAX, TABLE_ROWS_MAX

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
    """An object for each row that holds anything; without a header ``{"row": [...]}``."""
    names: list[str] | None = None
    for row in bounded(rows):
        if header and names is None:
            names = _names(row)
        elif names is None:
            yield {"row": ["" if cell is None else cell for cell in row]}
        elif found := _object(names, row, empty_cells):
            yield found


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


def rows_of(objects: Sequence[Json], *, header: bool) -> Iterator[list[Any]]:
    """Rows of objects; columns in the order in which their names first come up. Objects inside are
    laid flat, their names joined by dots; lists are written as JSON."""
    flat = [dict(_flat(one, "")) for one in objects]
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


def number_in(text: str) -> Any:
    """A cell as a number where it reads as one, as spreadsheets take it."""
    plain = text.removeprefix("-")
    if not plain or len(plain) > 15 or not plain.replace(".", "", 1).isdecimal() or not plain.isascii():
        return text or None
    value = float(text)
    return int(value) if value.is_integer() else value


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
