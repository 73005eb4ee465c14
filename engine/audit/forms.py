"""Tables of text as JSON, CSV and XML, so that no cell becomes a formula or a tag."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

FORMS = {"json": "application/json", "csv": "text/csv", "xml": "application/xml"}
"""Forms, and their media types."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns. ``note`` says what the table is for; cells are texts, numbers or maps."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """Tables with a head of names and values."""

    name: str
    head: Mapping[str, Any]
    tables: Sequence[Table]


def rendered(document: Document, form: str) -> str:
    """The document as ``json``, ``csv`` or ``xml``."""
    return {"json": _json, "csv": _csv, "xml": _xml}[form](document)


def _json(document: Document) -> str:
    tables = {
        table.name: [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        for table in document.tables
    }
    notes = {table.name: table.note for table in document.tables if table.note}
    about = {**document.head, "notes": notes} if notes else document.head
    value = {"document": document.name, **about, **tables}
    return json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n"


def _csv(document: Document) -> str:
    """A single table as it is; several one after the other, each under a line with its name and note, and
    before them what the document is about."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n").writerow
    if len(document.tables) > 1:
        write(["# about", _cell(document.name)])
        for name, value in document.head.items():
            write([_cell(name), _cell(value)])
    for table in document.tables:
        if len(document.tables) > 1:
            write([f"# {table.name}", _cell(table.note)])
        write(table.columns)
        for row in table.rows:
            write([_cell(value) for value in row])
    return out.getvalue()


def _cell(value: Any) -> str:
    """A text that a spreadsheet takes for a text (OWASP: CSV injection)."""
    text = _text(value)
    return f"'{text}" if text.startswith(_FORMULA) and not isinstance(value, int | float) else text


def _xml(document: Document) -> str:
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<document name={_attribute(document.name)}>"]
    lines += [_element("about", name, value, "  ") for name, value in document.head.items()]
    for table in document.tables:
        lines.append(f"  <table name={_attribute(table.name)} note={_attribute(table.note)}>")
        for row in table.rows:
            cells = zip(table.columns, row, strict=True)
            lines.append("    <row>" + "".join(_element("cell", n, v, "") for n, v in cells) + "</row>")
        lines.append("  </table>")
    return "\n".join([*lines, "</document>"]) + "\n"


def _element(tag: str, name: str, value: Any, indent: str) -> str:
    return f"{indent}<{tag} name={_attribute(name)}>{escape(_clean(_text(value)))}</{tag}>"


def _attribute(text: str) -> str:
    return quoteattr(_clean(text))


def _clean(text: str) -> str:
    """The text without what XML 1.0 cannot hold."""
    return _NOT_XML.sub("\ufffd", text)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
