"""HTML as plain text, laid out as mail readers show it: words wrapped into lines, blocks apart by empty
lines, headings in capitals, lists with marks, and links and pictures followed by their addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

WIDTH = 80
_NARROWEST = 20
_SPACE = " \t\r\n\f\u200b"
_WORDS = re.compile(f"[^{_SPACE}]+")
_NEAR = ("article", "aside", "div", "footer", "form", "header", "main", "nav", "section")
_GAPS = {
    **dict.fromkeys(_NEAR, (1, 1)),
    **dict.fromkeys(("h1", "h2", "h3"), (3, 2)),
    **dict.fromkeys(("blockquote", "h4", "h5", "h6", "hr", "p", "pre", "table"), (2, 2)),
}
"""Line breaks before and after a block, at least."""

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_UNREAD = frozenset({"script", "style", "-comment", "_comment"})
_ROMAN = {
    **{1000: "m", 900: "cm", 500: "d", 400: "cd", 100: "c", 90: "xc", 50: "l", 40: "xl"},
    **{10: "x", 9: "ix", 5: "v", 4: "iv", 1: "i"},
}

Walk = Iterator[Any]
"""Nodes, and further walks, to go through before what comes next."""


@dataclass
class _Block:
    """Text that is done, and the lines that words still go into."""

    width: int
    before: int = 0
    pre: bool = False
    prefix: str = ""
    done: str = ""
    breaks: int = 0  # line breaks owed before the next text
    lines: list[list[str]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    spaced: bool = False

    def text(self) -> str:
        if not self.lines and not self.words:
            return self.done
        return self.done + "\n".join(" ".join(line) for line in [*self.lines, self.words])

    def new_line(self, count: int = 1) -> None:
        self.lines += [self.words, *([] for _ in range(count - 1))]
        self.words = []

    def push(self, word: str) -> None:
        """The word into this line, or the next one where it does not fit."""
        used = len(" ".join(self.words))
        if self.words and used + 1 + len(word) > self.width:
            self.new_line()
        self.words.append(word)

    def join(self, word: str) -> None:
        """The word onto the last one of this line."""
        self.push(self.words.pop() + word if self.words else word)

    def take(self, text: str, before: int, after: int) -> None:
        """The text of a block that closed."""
        own, gap = self.text(), max(self.breaks, before)
        self.lines, self.words = [], []
        self.done = f"{own}{chr(10) * gap}{text}" if own else text
        self.before = self.before if own else gap
        self.breaks = after


class _Writer:
    def __init__(self, skipped: set[int]) -> None:
        self._blocks = [_Block(WIDTH)]
        self._skipped = skipped
        self._capitals = self._heard = 0

    def text_of(self, root: Any) -> str:
        """The walk keeps its own stack, since pages may be deep."""
        todo: list[Walk] = [self._children(root)]
        while todo:
            found = next(todo[-1], None)
            if found is None:
                todo.pop()
            else:
                todo.append(self._node(found) if hasattr(found, "tag") else found)
        return self._blocks[0].text()

    def _children(self, node: Any) -> Walk:
        return node.iter(include_text=True)  # type: ignore[no-any-return]

    def _node(self, node: Any) -> Walk:
        if node.tag == "-text":
            self._add(node.text_content or "")
        elif node.tag not in _UNREAD and node.mem_id not in self._skipped:
            yield self._element(node)

    def _element(self, node: Any) -> Walk:
        found = {
            "a": self._link,
            "blockquote": self._quote,
            "br": self._break,
            "hr": self._rule,
            "img": self._picture,
            "ol": self._list,
            "ul": self._list,
        }.get(node.tag)
        if found:
            return found(node)
        return self._block(node) if node.tag in _GAPS else self._children(node)

    def _open(self, before: int, reserved: int = 0, pre: bool = False) -> None:
        parent = self._blocks[-1]
        width = max(_NARROWEST, parent.width - reserved)
        self._blocks.append(_Block(width, before, pre or parent.pre))

    def _close(self, after: int, text: str | None = None) -> None:
        block = self._blocks.pop()
        self._blocks[-1].take(block.text() if text is None else text, block.before, max(block.breaks, after))

    def _block(self, node: Any) -> Walk:
        before, after = _GAPS[node.tag]
        heading = node.tag in _HEADINGS
        self._open(before, pre=node.tag == "pre")
        self._capitals += heading
        yield self._children(node)
        self._capitals -= heading
        self._close(after)

    def _quote(self, node: Any) -> Walk:
        before, after = _GAPS[node.tag]
        self._open(before, reserved=2)
        yield self._children(node)
        lines = self._blocks[-1].text().strip("\n").split("\n")
        self._close(after, "\n".join(f"> {line}" for line in lines))

    def _break(self, _: Any) -> Walk:
        block = self._blocks[-1]
        if block.pre:
            block.done += "\n"
        else:
            block.new_line()
        yield from ()

    def _rule(self, node: Any) -> Walk:
        before, after = _GAPS[node.tag]
        self._open(before)
        self._add("-" * WIDTH)
        self._close(after)
        yield from ()

    def _picture(self, node: Any) -> Walk:
        shown, source = node.attributes.get("alt") or "", node.attributes.get("src") or ""
        self._add(" ".join(filter(None, (shown, source and f"[{source}]"))), plain=True)
        yield from ()

    def _link(self, node: Any) -> Walk:
        target = re.sub(r"^mailto:", "", node.attributes.get("href") or "")
        before = self._heard
        yield self._children(node)
        if target and not target.startswith("#"):
            self._add(target if self._heard == before else f" [{target}]", plain=True)

    def _list(self, node: Any) -> Walk:
        items = [
            one for one in self._children(node) if one.tag != "-text" or (one.text_content or "").strip()
        ]
        nested = node.parent is not None and node.parent.tag == "li"
        marks = _marks(node, items)
        prefixes = [mark.lstrip() if nested else mark for mark in marks]
        if not items:
            return
        gap, indent = 1 if nested else 2, max(map(len, prefixes))
        self._blocks.append(_Block(self._blocks[-1].width, gap, self._blocks[-1].pre))
        for item, prefix in zip(items, prefixes, strict=True):
            self._open(1, reserved=indent)
            yield iter([item])
            inner = self._blocks[-1].text().replace("\n", "\n" + " " * indent)
            self._close(1, prefix.ljust(indent) + inner)
        block = self._blocks.pop()
        if text := block.text():
            self._blocks[-1].take(text, block.before, gap)

    def _add(self, text: str, *, plain: bool = False) -> None:
        """Words of a text; ``plain`` ones are no words of a heading or link."""
        block, words = self._blocks[-1], _WORDS.findall(text)
        if block.pre:
            block.done += text
        elif text and (words or not block.breaks):
            if block.breaks:
                block.new_line(block.breaks)
            self._lay(
                block, text, [word.upper() for word in words] if self._capitals and not plain else words
            )
            block.breaks = 0
            self._heard += 0 if plain else len(words)

    def _lay(self, block: _Block, text: str, words: list[str]) -> None:
        for number, word in enumerate(words):
            apart = number or block.spaced or text[0] in _SPACE
            (block.push if apart else block.join)(word)
        block.spaced = (block.spaced and not words) or text[-1] in _SPACE


def _marks(node: Any, items: list[Any]) -> list[str]:
    """What stands before each item of a list."""
    if node.tag == "ul":
        return [" * " if item.tag == "li" else "" for item in items]
    number, found = _whole(node.attributes.get("start")), []
    for item in items:
        found.append(
            f" {_numbered(number, node.attributes.get('type') or '1')}. " if item.tag == "li" else ""
        )
        number += item.tag == "li"
    return found


def _whole(text: str | None) -> int:
    return int(text) if text and re.fullmatch(r"-?\d{1,9}", text) else 1


def _numbered(number: int, kind: str) -> str:
    if kind in ("a", "A") and number > 0:
        return _letters(number, ord(kind))
    if kind in ("i", "I") and 0 < number < 4000:
        roman = _romans(number)
        return roman.upper() if kind == "I" else roman
    return str(number)


def _letters(number: int, first: int) -> str:
    found = ""
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(first + rest) + found
    return found


def _romans(number: int) -> str:
    found = ""
    for value, letters in _ROMAN.items():
        count, number = divmod(number, value)
        found += letters * count
    return found


def plain_text(node: Any, skipped: set[int]) -> str:
    """The text inside a node, without the nodes of these ids."""
    return _Writer(skipped).text_of(node)
