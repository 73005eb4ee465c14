"""HTML of Markdown as the older rules for Markdown have it, where they differ from CommonMark: headings
need no space, emphasis may stand inside words, and lists and quotations are laid out in their own way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_FENCE = re.compile(r" {0,3}(```|~~~)")
_HEADING = re.compile(r"^(#{1,6})(?=[^#\s])")
_SET_IN = re.compile(r"^ {1,3}(?=(?:[*+-]|\d{1,9}\.)[ \t])")
_BRACKET = re.compile(r"^( {0,3}\d{1,9})\)(?=\s)")
_NESTED = re.compile(r"(<li>[^\n]*)\n(?=<[uo]l)")
_ITEM_ENDS = re.compile(r"</li>\n</([uo]l)>\n(?=</li>)")
_QUOTE = re.compile(r"<(/?)blockquote>")
_QUOTES = re.compile(r"(<[^>]*>)|&quot;")
_TASK = re.compile(r"<li>(<p>)?\[([ xX])\] ")
_BOX = "margin: 0px 0.35em 0.25em -1.6em; vertical-align: middle;"


def older_lines(text: str, *, headings: bool, lists: bool) -> str:
    """The text as CommonMark writes what the older rules mean; code between fences stays. Of headings, each
    gets a space behind its marks; of lists, items set in by less than four stand beside those before."""
    fence = ""
    lines = []
    for line in text.split("\n"):
        found = _FENCE.match(line)
        if found and fence in ("", found[1]):
            fence = "" if fence else found[1]
        lines.append(line if fence else _older(line, headings, lists))
    return "\n".join(lines)


def _older(line: str, headings: bool, lists: bool) -> str:
    if headings:
        line = _HEADING.sub(r"\1 ", line)
    if lists:
        line = _SET_IN.sub("", line)
    return _BRACKET.sub(r"\1\\)", line)


def emphasis_in_words(reader: Any) -> None:
    """Let ``_`` begin and end emphasis inside a word, too, as ``*`` does."""
    from markdown_it.rules_inline.state_inline import Delimiter

    def tokenize(state: Any, silent: bool) -> bool:
        marker = state.src[state.pos]
        if silent or marker not in "_*":
            return False
        scanned = state.scanDelims(state.pos, True)
        for _ in range(scanned.length):
            state.push("text", "", 0).content = marker
            state.delimiters.append(
                Delimiter(
                    marker=ord(marker),
                    length=scanned.length,
                    token=len(state.tokens) - 1,
                    end=-1,
                    open=scanned.can_open,
                    close=scanned.can_close,
                )
            )
            state.pos += 1
        return True

    reader.inline.ruler.at("emphasis", tokenize)


def laid_out(html: str, *, tasks: bool) -> str:
    """The HTML with items, nested lists and quotations laid out in the older way."""
    html = html.replace("<li>\n<p>", "<li><p>").replace("</p>\n</li>", "</p></li>")
    html = _ITEM_ENDS.sub(r"</li></\1>", _NESTED.sub(r"\1", html))
    html = _QUOTES.sub(lambda found: found[1] or '"', html)
    if tasks:
        html = _TASK.sub(_task, html)
    return "\n".join(_quoted(html))


def _task(found: re.Match[str]) -> str:
    checked = "" if found[2] == " " else " checked"
    box = f'<input type="checkbox" disabled style="{_BOX}"{checked}> '
    return f'<li class="task-list-item" style="list-style-type: none;">{found[1] or ""}{box}'


def _quoted(html: str) -> Iterator[str]:
    """Lines inside quotations are set in by two for each; code is not."""
    depth, code = 0, False
    for line in html.split("\n"):
        closes = line.startswith("</blockquote>")
        yield line if code else "  " * (depth - closes) + line
        for mark in _QUOTE.finditer(line):
            depth = max(0, depth + (-1 if mark[1] else 1))
        code = "</pre>" not in line and (code or "<pre>" in line)
