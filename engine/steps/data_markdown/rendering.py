"""Markdown to HTML, by CommonMark's rules and the extensions that are asked for."""

from __future__ import annotations

import re
from typing import Any

from engine.steps.data_markdown.manifest import MarkdownParameters

_NO_WORD = re.compile(r"[^\w]")
_DOCUMENT = '<!DOCTYPE HTML>\n<html>\n<head>\n<meta charset="utf-8">\n</head>\n<body>\n{}\n</body>\n</html>'


def html_of(text: str, given: MarkdownParameters) -> str:
    """HTML; what is HTML in the text already stays as it is."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": True, "breaks": given.breaks})
    reader.enable(
        [name for name in ("table", "strikethrough") if getattr(given, name.replace("table", "tables"))]
    )
    tokens = reader.parse(text)
    _shape(tokens, given)
    html = str(reader.renderer.render(tokens, reader.options, {})).rstrip("\n")
    return _DOCUMENT.format(html) if given.document else html


def _shape(tokens: list[Any], given: MarkdownParameters) -> None:
    """Ids, levels, dots and targets, in the tokens before they are written."""
    taken: dict[str, int] = {}
    for place, token in enumerate(tokens):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1:]) + given.headingLevel - 1, 6)}"
        if token.type == "heading_open" and given.headingIds:
            token.attrSet("id", _id_of(tokens[place + 1].content, taken))
        for child in token.children or ():
            if child.type == "text" and given.ellipsis:
                child.content = child.content.replace("...", "…")
            if child.type == "link_open" and given.newWindow:
                child.attrSet("rel", "noopener noreferrer")
                child.attrSet("target", "_blank")


def _id_of(title: str, taken: dict[str, int]) -> str:
    """The title's letters and digits in lower case; a second one gets a number."""
    name = _NO_WORD.sub("", title).lower()
    count = taken.get(name, 0)
    taken[name] = count + 1
    return f"{name}-{count}" if count else name
