"""One HTML table of many items; every value is escaped."""

from __future__ import annotations

from html import escape
from typing import Any

from engine.ports.step_catalogue import Item
from engine.steps.conversions import as_text
from engine.steps.data_html.manifest import HtmlParameters
from engine.steps.values import text_of


def table_of(items: list[Item], given: HtmlParameters) -> str:
    """A row for each item, a column for each field that any of them has."""
    names = list(dict.fromkeys(name for item in items for name in item["json"]))
    heads = [escape(_title(name) if given.capitalize else name) for name in names]
    caption = f"<caption>{escape(given.caption)}</caption>" if given.caption else ""
    head = "".join(f"<th>{title}</th>" for title in heads)
    rows = "".join(f"<tr>{_cells(item['json'], names)}</tr>" for item in items)
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def raw_table(items: list[Item], given: list[HtmlParameters]) -> str:
    """The same, but names, values and attributes stand as they are: who gives them vouches for them."""
    names = list(dict.fromkeys(name for item in items for name in item["json"]))
    first = given[0]
    caption = f"<caption>{first.caption}</caption>" if first.caption else ""
    heads = "".join(f"<th>{_words(name) if first.capitalize else name}</th>" for name in names)
    head = f"<thead{_spaced(first.headAttributes)}><tr>{heads}</tr></thead>"
    rows = "".join(_raw_row(item["json"], names, one) for item, one in zip(items, given, strict=True))
    return f"<table{_spaced(first.tableAttributes)}>{caption}{head}<tbody>{rows}</tbody></table>"


def _raw_row(json: dict[str, Any], names: list[str], given: HtmlParameters) -> str:
    cells = "".join(f"<td{_spaced(given.cellAttributes)}>{_raw_cell(json, name)}</td>" for name in names)
    return f"<tr{_spaced(given.rowAttributes)}>{cells}</tr>"


def _raw_cell(json: dict[str, Any], name: str) -> str:
    if name not in json:
        return "undefined"
    value = json[name]
    if isinstance(value, bool):
        return f'<input type="checkbox" {"checked=" + chr(34) + "checked" + chr(34) if value else ""}/>'
    return text_of(value)


def _spaced(attributes: str) -> str:
    return f" {attributes}" if attributes else ""


def _words(name: str) -> str:
    return " ".join(word[0].upper() + word[1:] for word in name.split("_") if word)


def _cells(json: dict[str, Any], names: list[str]) -> str:
    return "".join(f"<td>{escape(_cell(json.get(name)))}</td>" for name in names)


def _cell(value: Any) -> str:
    return "" if value is None else as_text(value)


def _title(name: str) -> str:
    """``orderTotal`` and ``order_total`` as Order total."""
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    return " ".join(words.replace("_", " ").split()).capitalize()
