"""The bytes of new files."""

from __future__ import annotations

import base64
import binascii
import csv
import json
from collections.abc import Iterable, Sequence
from html import escape
from io import StringIO
from typing import Any

from engine.base.errors import StepFailure
from engine.steps.file_create.manifest import FileCreateParameters
from engine.steps.files import known_encoding
from engine.steps.rich_text import rtf_of
from engine.steps.spreadsheets import ods_of
from engine.steps.tables import Row, bounded, rows_of
from engine.steps.values import text_of
from engine.steps.workbooks import workbook_of


def table_bytes(objects: Sequence[dict[str, Any]], given: FileCreateParameters) -> bytes:
    """A table with a row for each object. Text is written as it is."""
    rows = bounded(rows_of(objects, header=given.header, lists=given.lists == "columns"))
    if given.format == "xlsx":
        return workbook_of(rows, given.sheet)
    if given.format == "ods":
        return ods_of(rows, given.sheet)
    if given.format == "rtf":
        return rtf_of(rows)
    if given.format == "html":
        return _html(rows).encode("utf-8", "replace")
    held = StringIO(newline="")
    writer = csv.writer(held, delimiter=given.delimiter, lineterminator="\n")
    writer.writerows([_written(cell) for cell in row] for row in rows)
    return encoded(held.getvalue().removesuffix("\n"), given)


def _html(rows: Iterable[Row]) -> str:
    lines = ["<tr>" + "".join(f"<td>{_cell(cell)}</td>" for cell in row) + "</tr>" for row in rows]
    return "<html><body><table>\n" + "\n".join(lines) + "\n</table></body></html>"


def value_bytes(value: Any, given: FileCreateParameters) -> bytes:
    """A value as JSON, text, or the bytes that base64 stands for."""
    if given.format == "base64":
        return _decoded(value)
    if given.format == "text":
        if value is None:
            raise StepFailure("there is no text to write; name it in source")
        return encoded(_json(value) if isinstance(value, dict | list) else text_of(value), given)
    separators = None if given.indent else (",", ":")
    text = json.dumps(value, ensure_ascii=False, indent=2 if given.indent else None, separators=separators)
    return encoded(text, given)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def encoded(text: str, given: FileCreateParameters) -> bytes:
    """Text in the wanted encoding; what that cannot hold becomes ``?``."""
    encoding = known_encoding(given.encoding)
    return (("\ufeff" if given.byteOrderMark else "") + text).encode(encoding, "replace")


def _decoded(value: Any) -> bytes:
    if not isinstance(value, str):
        raise StepFailure("there is no base64 text to take the bytes from; name it in source")
    text = "".join(value.rpartition(";base64,")[2].split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise StepFailure("source is no base64 text") from error


def _cell(value: Any) -> str:
    return escape(_written(value))


def _written(value: Any) -> str:
    """A cell as spreadsheets write it: nothing for null, and truth values in capitals."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return "" if value is None else text_of(value)
