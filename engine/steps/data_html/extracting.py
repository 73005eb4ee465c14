"""Values out of HTML by CSS selectors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from engine.base.errors import StepFailure
from engine.base.limits import HTML_CHARACTERS_MAX
from engine.steps.data_html.manifest import HtmlParameters, Selection
from engine.steps.data_html.plain_text import plain_text

_SPACE = re.compile(r"\s+")
_BREAK = re.compile(r"\r\n|\n|\r")
_UNREAD = frozenset({"script", "style"})
_PLACE = re.compile(r":(first|last|even|odd|eq|gt|lt)(?:\((-?\d{1,6})\))?\Z")
_CONTAINS = re.compile(r""":contains\((["']?)(.*?)\1\)""")


def extracted(source: Any, given: HtmlParameters) -> list[dict[str, Any]]:
    """An object of values for each document; a value that is nowhere is left out. Raises
    :class:`StepFailure` for what is no HTML and for selectors that cannot be read."""
    documents = source if isinstance(source, list) else [source]
    return [_values(document, given) for document in documents]


def _values(document: Any, given: HtmlParameters) -> dict[str, Any]:
    tree = parsed(document)
    found = {}
    for selection in given.selections:
        nodes = _selected(tree, selection.selector)
        value = _value(nodes, selection, given)
        if value is not None:
            found[selection.name] = value
    return found


def parsed(document: Any) -> Any:
    """The document, read as browsers do; no script in it is run and nothing is loaded."""
    from selectolax.lexbor import LexborHTMLParser

    if not isinstance(document, str):
        raise StepFailure("there is no HTML text to read; name it in source")
    if len(document) > HTML_CHARACTERS_MAX:
        raise StepFailure(f"the HTML has more than {HTML_CHARACTERS_MAX} characters")
    return LexborHTMLParser(document)


def _selected(tree: Any, selector: str) -> list[Any]:
    """The nodes of a selector, which may have ``:contains()``, and at its end a place among all that fit."""
    plain, place = selector.strip(), _PLACE.search(selector.strip())
    if place:
        plain = plain[: place.start()] or "*"
    plain = _CONTAINS.sub(r':lexbor-contains("\2")', plain)
    try:
        nodes: list[Any] = tree.css(plain)
    except Exception as error:
        raise StepFailure(f"{selector[:80]!r} is no CSS selector that can be read here") from error
    return _placed(nodes, place[1], place[2]) if place else nodes


def _placed(nodes: list[Any], name: str, number: str | None) -> list[Any]:
    count = int(number or 0)
    if name == "eq":
        return nodes[count:][:1] if count >= 0 else nodes[: len(nodes) + count + 1][-1:]
    cuts = {"first": slice(1), "last": slice(-1, None), "even": slice(0, None, 2), "odd": slice(1, None, 2)}
    cuts |= {"gt": slice(count + 1, None), "lt": slice(count)}
    return nodes[cuts[name]]


def _value(nodes: list[Any], selection: Selection, given: HtmlParameters) -> Any:
    if selection.all:
        return [_shaped(_taken([node], selection, given), given) for node in nodes]
    return _shaped(_taken(nodes, selection, given), given)


def _shaped(text: str | None, given: HtmlParameters) -> str | None:
    if text is None:
        return None
    if given.trim:
        text = text.strip()
    return _SPACE.sub(" ", _BREAK.sub("", text.strip())) if given.clean else text


def _taken(nodes: list[Any], selection: Selection, given: HtmlParameters) -> str | None:
    """The text of all nodes, or what is wanted of the first; None where it has none."""
    if selection.take == "text":
        return _text(nodes, selection, given)
    if not nodes:
        return None
    first = nodes[0]
    if selection.take == "attribute":
        found = first.attributes.get(selection.attribute)
        return found or "" if selection.attribute in first.attributes else None
    if selection.take == "value":
        return _entered(first)
    return str(first.inner_html) or None


def _entered(node: Any) -> str | None:
    """What stands in a field of a form."""
    if node.tag == "textarea":
        return str(node.text())
    if node.tag == "select":
        options = node.css("option")
        chosen = [one for one in options if "selected" in one.attributes] or options
        return _entered(chosen[0]) if chosen else None
    value: str | None = node.attributes.get("value")
    return str(node.text()) if value is None and node.tag == "option" else value


def _text(nodes: list[Any], selection: Selection, given: HtmlParameters) -> str | None:
    if given.lines:
        return plain_text(nodes[0], _skipped(nodes[0], selection)) if nodes else ""
    return "".join(piece for node in nodes for piece in _texts(node, _skipped(node, selection))) or None


def _skipped(node: Any, selection: Selection) -> set[int]:
    return {hit.mem_id for selector in selection.skip for hit in _selected(node, selector)}


def _texts(node: Any, skipped: set[int]) -> Iterator[str]:
    """The pieces of text in a node, in order; the walk keeps its own stack, since pages may be deep."""
    if node.tag in _UNREAD:
        return
    todo = [iter(node.iter(include_text=True))]
    while todo:
        child = next(todo[-1], None)
        if child is None:
            todo.pop()
        elif child.tag == "-text":
            yield child.text_content or ""
        elif child.mem_id not in skipped and child.tag not in _UNREAD:
            todo.append(iter(child.iter(include_text=True)))
