"""One HTML table of many items; every value is escaped."""

from __future__ import annotations

from html import escape
from typing import Any

from engine.ports.step_catalogue import Item
from engine.steps.conversions import as_text
from engine.steps.data_html.manifest import HtmlParameters


def table_of(items: list[Item], given: HtmlParameters) -> str:
    """A row for each item, a column for each field that any of them has."""
    names = list(dict.fromkeys(name for item in items for name in item["json"]))
    heads = [escape(_title(name) if given.capitalize else name) for name in names]
    caption = f"<caption>{escape(given.caption)}</caption>" if given.caption else ""
    head = "".join(f"<th>{title}</th>" for title in heads)
    rows = "".join(f"<tr>{_cells(item['json'], names)}</tr>" for item in items)
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _cells(json: dict[str, Any], names: list[str]) -> str:
    return "".join(f"<td>{escape(_cell(json.get(name)))}</td>" for name in names)


def _cell(value: Any) -> str:
    return "" if value is None else as_text(value)


def _title(name: str) -> str:
    """``orderTotal`` and ``order_total`` as Order total."""
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    return " ".join(words.replace("_", " ").split()).capitalize()
