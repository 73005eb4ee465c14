"""Markdown to HTML, by CommonMark's rules and the extensions that are asked for."""

from __future__ import annotations

import re
from typing import Any

from engine.steps.data_markdown.classic import emphasis_in_words, laid_out, older_lines
from engine.steps.data_markdown.manifest import MarkdownParameters

_NO_WORD = re.compile(r"[^\w]")
_NO_NAME = re.compile(r"[^\w-]")
_BRACES = re.compile(r"\s*\{([^{}]+)\}\s*$")
_DOCUMENT = '<!DOCTYPE HTML>\n<html>\n<head>\n<meta charset="utf-8">\n</head>\n<body>\n{}\n</body>\n</html>'


def html_of(text: str, given: MarkdownParameters) -> str:
    """HTML; what is HTML in the text already stays as it is."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": True, "breaks": given.breaks})
    reader.enable(
        [name for name in ("table", "strikethrough") if getattr(given, name.replace("table", "tables"))]
    )
    if given.classic:
        text = older_lines(text, headings=not given.strictHeadings, lists=not given.nearLists)
        if not given.wholeWords:
            emphasis_in_words(reader)
    tokens = reader.parse(text)
    _shape(tokens, given)
    html = str(reader.renderer.render(tokens, reader.options, {})).rstrip("\n")
    if given.classic:
        html = laid_out(html, tasks=given.tasks)
    return _DOCUMENT.format(html) if given.document else html


def _shape(tokens: list[Any], given: MarkdownParameters) -> None:
    """Ids, levels, dots and targets, in the tokens before they are written."""
    taken: dict[str, int] = {}
    for place, token in enumerate(tokens):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1:]) + given.headingLevel - 1, 6)}"
        if token.type == "heading_open" and given.headingIds:
            token.attrSet("id", _id_of(_own_id(tokens[place + 1], given), given, taken))
        if given.classic:
            _classic(token)
        for child in token.children or ():
            if child.type == "text" and given.ellipsis:
                child.content = child.content.replace("...", "…")
            if child.type == "link_open" and given.newWindow:
                child.attrSet("rel", "noopener noreferrer")
                child.attrSet("target", "_blank")


def _classic(token: Any) -> None:
    """Names of elements, classes and styles that differ."""
    if token.type == "fence" and token.info.strip():
        token.info = token.info.split()[0]
        token.attrSet("class", token.info)
    if token.type in ("th_open", "td_open") and token.attrs.get("style"):
        token.attrSet("style", f"{token.attrs['style']};")
    for child in token.children or ():
        if child.type in ("s_open", "s_close"):
            child.tag = "del"


def _own_id(inline: Any, given: MarkdownParameters) -> str:
    """The title, or the text in braces at its end where that is to be the id; it leaves the heading then."""
    found = _BRACES.search(inline.content) if given.ownIds else None
    if found is None:
        return str(inline.content)
    last = inline.children[-1]
    last.content = _BRACES.sub("", last.content)
    return found[1]


def _id_of(title: str, given: MarkdownParameters, taken: dict[str, int]) -> str:
    """The prefix and the title's letters and digits in lower case; a second one gets a number."""
    text = f"{given.idPrefix}{title}"
    if given.dashedIds:
        name = _NO_NAME.sub("", text.replace(" ", "-")).lower()
    else:
        name = _NO_WORD.sub("", text).lower()
    count = taken.get(name, 0)
    taken[name] = count + 1
    return f"{name}-{count}" if count else name
