"""Values out of HTML by CSS selectors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from engine.base.errors import StepFailure
from engine.base.limits import HTML_CHARACTERS_MAX
from engine.steps.data_html.manifest import HtmlParameters, Selection

_SPACE = re.compile(r"\s+")
_BLOCKS = frozenset({"address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset"})
_BLOCKS |= {"figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main"}
_BLOCKS |= {"nav", "ol", "p", "pre", "section", "table", "tr", "ul"}
_UNREAD = frozenset({"script", "style", "template", "noscript"})


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
    try:
        nodes: list[Any] = tree.css(selector.strip())
    except Exception as error:
        raise StepFailure(f"{selector[:80]!r} is no CSS selector that can be read here") from error
    return nodes


def _value(nodes: list[Any], selection: Selection, given: HtmlParameters) -> Any:
    taken = [_shaped(_taken(node, selection, given), given) for node in nodes]
    there = [one for one in taken if one is not None]
    if selection.all:
        return there
    if not there:
        return None
    return "".join(there) if selection.take == "text" else there[0]


def _shaped(text: str | None, given: HtmlParameters) -> str | None:
    if text is None:
        return None
    if given.clean:
        text = _SPACE.sub(" ", text)
    return text.strip() if given.trim else text


def _taken(node: Any, selection: Selection, given: HtmlParameters) -> str | None:
    if selection.take == "attribute":
        value = node.attributes.get(selection.attribute)
        return None if value is None and selection.attribute not in node.attributes else value or ""
    if selection.take == "value":
        found = node.attributes.get("value")
        return found if found is not None else (node.text() if node.tag == "textarea" else None)
    if selection.take == "html":
        return str(node.inner_html)
    skipped = {hit.mem_id for selector in selection.skip for hit in _selected(node, selector)}
    return "".join(_texts(node, skipped, given.lines))


def _texts(node: Any, skipped: set[int], lines: bool) -> Iterator[str]:
    """The pieces of text in a node, in order; the walk keeps its own stack, since pages may be deep."""
    todo = [iter(node.iter(include_text=True))]
    while todo:
        child = next(todo[-1], None)
        if child is None:
            todo.pop()
        elif child.tag == "-text":
            text = child.text_content or ""
            yield _SPACE.sub(" ", text) if lines else text
        elif child.mem_id not in skipped and not (lines and child.tag in _UNREAD):
            if lines and child.tag in _BLOCKS:
                yield "\n"
            todo.append(iter(child.iter(include_text=True)))
