"""What commands print: tables for people, JSON for machines, errors to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from engine.base.errors import InvalidInput, QflowError

CELL_MAX = 60
"""Longer cells of a table are cut."""


def print_json(value: Any, *, indent: int | None = 2) -> None:
    """One JSON document; with ``indent`` None on one line."""
    print(json.dumps(value, indent=indent, ensure_ascii=False, default=str))


def print_table(headings: Sequence[str], rows: Iterable[Sequence[Any]], nothing: str) -> None:
    """A table with columns as wide as needed, or the sentence ``nothing``."""
    cells = [[_cell(value) for value in row] for row in rows]
    if not cells:
        print(nothing)
        return
    widths = [max(map(len, column)) for column in zip(headings, *cells, strict=True)]
    for row in ([heading.upper() for heading in headings], *cells):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def print_fields(fields: Mapping[str, Any]) -> None:
    """``name  value`` lines; empty values are left out."""
    shown = {name: value for name, value in fields.items() if value not in (None, "", (), [], {})}
    width = max(map(len, shown), default=0)
    for name, value in shown.items():
        text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
        print(f"{name.ljust(width)}  {text}")


def print_error(error: QflowError, as_json: bool) -> None:
    """What is wrong, where, and how to mend it."""
    problems = error.problems if isinstance(error, InvalidInput) else ()
    if not as_json:
        print(f"error: {error.message}", file=sys.stderr)
        for problem in problems:
            print(f"  {problem}", file=sys.stderr)
        return
    document = {"type": str(error.type), "code": error.code, "message": error.message}
    if problems:
        document["problems"] = [problem.as_json() for problem in problems]  # type: ignore[assignment]
    print(json.dumps({"error": document}, ensure_ascii=False), file=sys.stderr)


def note(text: str) -> None:
    """A remark for people; not part of the result."""
    print(text, file=sys.stderr)


def when(time: int | str | None) -> str:
    """Microseconds since 1970, or an ISO time, as ``2026-01-31 12:00:00`` in UTC."""
    if not time:
        return ""
    if isinstance(time, str):
        return time[:19].replace("T", " ")
    return f"{datetime.fromtimestamp(time / 1e6, UTC):%Y-%m-%d %H:%M:%S}"


def short(cid: str) -> str:
    """A CID cut for a table: its end tells versions apart."""
    return f"…{cid[-10:]}" if len(cid) > 12 else cid


def _cell(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")
    text = " ".join(text.split())
    return text if len(text) <= CELL_MAX else text[: CELL_MAX - 1] + "…"
