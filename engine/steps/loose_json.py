"""Reading JSON as people write it: other quotes, bare names, comments, a comma too many or too few.

It follows what common repairing readers forgive; what is JSON already is read as that.
"""

from __future__ import annotations

import json
import re
from typing import Any

from engine.base.limits import FIELD_DEPTH_MAX

_SPACE = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_BARE = re.compile(r"[^,:\[\]{}\"'`\n]+")
_QUOTES = {'"': '"', "'": "'", "`": "`", "\u201c": "\u201d", "\u2018": "\u2019"}
_CONSTANTS = {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None}
_ESCAPED = re.compile(r'\\.|"', re.DOTALL)
_CLOSED = {"{": "}", "[": "]"}


def loose_json(text: str, *, repair: bool = False) -> Any:
    """The value that the text says. ``repair`` also adds brackets and commas that are missing, and takes
    bare words for text. Raises ValueError."""
    try:
        return json.loads(text)
    except ValueError:
        reader = _Reader(text, repair)
    except RecursionError:
        raise ValueError("too deep") from None
    found = reader.value(0)
    if reader.peek():
        raise ValueError(f"what follows character {reader.at} is too much")
    return found


class _Reader:
    """Goes through a text; ``at`` is where it has got to."""

    def __init__(self, text: str, repair: bool) -> None:
        self.text, self.repair, self.at = text, repair, 0

    def peek(self) -> str:
        """The next character that says something; nothing at the end."""
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.text[self.at : self.at + 1]

    def value(self, depth: int) -> Any:
        """What stands here."""
        if depth > FIELD_DEPTH_MAX:
            raise ValueError("too deep")
        found = self.peek()
        if found in ("{", "["):
            return self._members(found, depth)
        if found in _QUOTES and found:
            return self._quoted(_QUOTES[found])
        return self._word()

    def _members(self, opening: str, depth: int) -> Any:
        self.at += 1
        names: list[str] = []
        values: list[Any] = []
        while not self._ends(_CLOSED[opening]):
            if opening == "{":
                names.append(self._name())
            values.append(self.value(depth + 1))
            self._comma(_CLOSED[opening])
        return dict(zip(names, values, strict=True)) if opening == "{" else values

    def _ends(self, closing: str) -> bool:
        found = self.peek()
        if found == closing:
            self.at += 1
            return True
        if not found and not self.repair:
            raise ValueError(f"{closing} is missing at the end")
        return not found

    def _comma(self, closing: str) -> None:
        found = self.peek()
        if found == ",":
            self.at += 1
        elif found and found != closing and not self.repair:
            raise ValueError(f"a comma is missing at character {self.at}")

    def _name(self) -> str:
        found = self.peek()
        name = self._quoted(_QUOTES[found]) if found in _QUOTES else self._bare()
        if self.peek() != ":":
            raise ValueError(f"a colon is missing at character {self.at}")
        self.at += 1
        return name

    def _bare(self) -> str:
        match = _BARE.match(self.text, self.at)
        if match is None:
            raise ValueError(f"nothing is said at character {self.at}")
        self.at = match.end()
        return match.group().strip()

    def _word(self) -> Any:
        word = self._bare()
        if word in _CONSTANTS:
            return _CONSTANTS[word]
        try:
            return json.loads(word)
        except ValueError:
            if self.repair or word.isidentifier():
                return word
            raise

    def _quoted(self, closing: str) -> str:
        start = self.at + 1
        end = start
        while self.text[end : end + 1] not in ("", closing):
            end += 2 if self.text[end] == "\\" else 1
        self.at = end + 1
        return _unescaped(self.text[start:end])


def _unescaped(body: str) -> str:
    plain = _ESCAPED.sub(lambda match: _PLAIN.get(match.group(), match.group()), body)
    text: str = json.loads(f'"{plain}"', strict=False)
    return text


_PLAIN = {"\\'": "'", "\\`": "`", '"': '\\"'}
