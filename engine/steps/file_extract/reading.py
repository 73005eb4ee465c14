"""What files hold, by their formats."""

from __future__ import annotations

import base64
import csv
import json
from collections.abc import Iterator, Mapping
from io import StringIO
from itertools import islice
from typing import Any

from engine.base.errors import StepFailure
from engine.steps.calendars import calendar_in
from engine.steps.file_extract.manifest import FileExtractParameters
from engine.steps.files import text_in
from engine.steps.old_workbooks import rows_in_old_workbook
from engine.steps.rich_text import rows_in_rtf
from engine.steps.spreadsheets import rows_in_ods
from engine.steps.tables import Json, Row, cells_within, objects_of, records_of, value_in
from engine.steps.workbooks import rows_in_workbook

TABLES = frozenset({"csv", "xlsx", "html", "ods", "rtf", "xls"})

_BY_ENDING = {
    "csv": "csv",
    "tsv": "csv",
    "xlsx": "xlsx",
    "xlsm": "xlsx",
    "html": "html",
    "htm": "html",
    "json": "json",
    "pdf": "pdf",
    "ods": "ods",
    "rtf": "rtf",
    "xls": "xls",
    "ics": "ics",
    "ical": "ics",
}
_BY_TYPE = {
    "text/csv": "csv",
    "text/html": "html",
    "application/json": "json",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.ms-excel": "xls",
    "application/rtf": "rtf",
    "text/rtf": "rtf",
    "text/calendar": "ics",
}


_SHEETS = {"xlsx": rows_in_workbook, "xls": rows_in_old_workbook, "ods": rows_in_ods}


def format_of(entry: Mapping[str, Any]) -> str:
    """What a file is by its name or else its type; raises :class:`StepFailure` where neither tells it."""
    ending = str(entry.get("fileExtension") or str(entry.get("fileName") or "").rpartition(".")[2]).lower()
    kind = str(entry.get("mimeType") or "")
    found = _BY_ENDING.get(ending) or _BY_TYPE.get(kind) or ("text" if kind.startswith("text/") else "")
    if not found:
        raise StepFailure(f"neither name nor type ({kind or 'none'}) tell what the file is; set format")
    return found


def rows_from(data: bytes, format_: str, given: FileExtractParameters) -> Iterator[Json]:
    """An object for each row of a table."""
    rows = _rows(data, format_, given)
    if given.range and format_ != "csv":
        rows = cells_within(rows, given.range)
    plain = format_ == "csv" and given.records
    found = (records_of if plain else objects_of)(rows, header=given.header, empty_cells=given.emptyCells)
    return found if given.rowsMax < 0 else islice(found, given.rowsMax)


def _rows(data: bytes, format_: str, given: FileExtractParameters) -> Iterator[Row]:
    if format_ in _SHEETS:
        return _SHEETS[format_](data, given.sheet)
    if format_ == "rtf":
        return rows_in_rtf(data)
    text = text_in(data, given.encoding, strip_mark=given.stripMark)
    if format_ == "html":
        return _valued(_html(text), given.cells != "text")
    return _valued(_csv(text, given), given.cells == "values")


def _valued(rows: Iterator[list[str]], worked_out: bool) -> Iterator[Row]:
    return ([value_in(cell) for cell in row] for row in rows) if worked_out else rows


def _csv(text: str, given: FileExtractParameters) -> Iterator[list[str]]:
    held = StringIO(text, newline="")
    for _ in range(given.fromLine - 1):
        held.readline()
    reader = csv.reader(held, delimiter=given.delimiter)
    try:
        yield from (row for row in reader if row)
    except csv.Error as error:
        raise StepFailure(f"line {reader.line_num} of the CSV cannot be read: {error}") from error


def _html(text: str) -> Iterator[list[str]]:
    """The rows of the first table."""
    from selectolax.lexbor import LexborHTMLParser

    table = LexborHTMLParser(text).css_first("table")
    if table is None:
        raise StepFailure("the HTML holds no table")
    for row in table.css("tr"):
        yield [cell.text(deep=True).strip() for cell in row.css("td, th")]


def value_from(data: bytes, format_: str, given: FileExtractParameters) -> Any:
    """Text, a JSON value, a calendar, or the bytes in base64."""
    if format_ == "base64":
        return base64.b64encode(data).decode("ascii")
    text = text_in(data, given.encoding, strip_mark=given.stripMark)
    if format_ == "text":
        return text
    if format_ == "ics":
        return calendar_in(text)
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise StepFailure(f"the file holds no JSON: {error}") from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value")
