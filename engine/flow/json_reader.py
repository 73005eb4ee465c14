"""Reads JSON (RFC 8259) and remembers on which line each value stands."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from engine.base.errors import Problem
from engine.base.limits import DEFINITION_DEPTH_MAX
from engine.flow.document import Document, Path, path_text, syntax_error, too_deep, without_surrogates

_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"[^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None}
_WORD = re.compile(r"[A-Za-z]+")


def read_json(text: str) -> Document:
    """Read one JSON value; raises :class:`InvalidInput` with the line of the first syntax error."""
    return _Reader(text).document()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._counted = 0  # newlines before this offset are in _line
        self._lines: dict[Path, int] = {}
        self._problems: list[Problem] = []

    def document(self) -> Document:
        value = self._value((), 0)
        if self._peek():
            raise self._error("there is more text after the end of the definition")
        return Document(value, self._lines, tuple(self._problems))

    def _peek(self) -> str:
        """The next character that is not white space, empty at the end; moves to it."""
        match = _SPACE.match(self._text, self._at)
        self._at = match.end() if match else self._at
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._text[self._at : self._at + 1]

    def _error(self, message: str) -> Exception:
        return syntax_error(message, self._line)

    def _value(self, path: Path, depth: int) -> Any:
        if depth > DEFINITION_DEPTH_MAX:
            raise too_deep(self._line)
        first = self._peek()
        self._lines.setdefault(path, self._line)
        if first == "{":
            return self._object(path, depth)
        if first == "[":
            return self._array(path, depth)
        return self._string() if first == '"' else self._scalar(first)

    def _object(self, path: Path, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        self._at += 1
        if self._peek() == "}":
            self._at += 1
            return result
        while True:
            if self._peek() != '"':
                raise self._error('a key in double quotes or "}" is missing here')
            line, key = self._line, self._string()
            here = (*path, key)
            if key in result:
                self._problems.append(
                    Problem(path_text(here), f"the key {key!r} is given twice", "duplicate_key", line)
                )
            self._lines[here] = line
            self._take(":", "a colon is missing after the key")
            result[key] = self._value(here, depth + 1)
            if not self._more("}", 'a comma or "}" is missing here'):
                return result

    def _array(self, path: Path, depth: int) -> list[Any]:
        result: list[Any] = []
        self._at += 1
        if self._peek() == "]":
            self._at += 1
            return result
        while True:
            result.append(self._value((*path, len(result)), depth + 1))
            if not self._more("]", 'a comma or "]" is missing here'):
                return result

    def _take(self, character: str, message: str) -> None:
        if self._peek() != character:
            raise self._error(message)
        self._at += 1

    def _more(self, end: str, message: str) -> bool:
        """Pass the comma before the next entry, or the end."""
        found = self._peek()
        if found not in (",", end) or not found:
            raise self._error(message)
        self._at += 1
        return found == ","

    def _string(self) -> str:
        match = _STRING.match(self._text, self._at)
        if match is None:
            raise self._error("a string is not closed, or holds a raw line break or tab")
        self._at = match.end()
        token = match.group()
        if "\\" not in token:
            return without_surrogates(token[1:-1])
        try:
            return without_surrogates(json.loads(token))
        except ValueError as error:
            raise self._error("a string holds an escape that JSON does not know") from error

    def _scalar(self, first: str) -> Any:
        number = _NUMBER.match(self._text, self._at)
        if number is not None:
            self._at = number.end()
            return self._number(number)
        word = _WORD.match(self._text, self._at)
        if word is not None and word.group() in _WORDS:
            self._at = word.end()
            return _WORDS[word.group()]
        what = repr(word.group()[:20]) if word else repr(first)
        raise self._error(f"{what} is not a JSON value" if first else "the text ends too early")

    def _number(self, match: re.Match[str]) -> int | float:
        if match.group(1) is None and match.group(2) is None:
            if len(match.group()) > 40:
                raise self._error("a number has more than 40 digits")
            return int(match.group())
        value = float(match.group())
        if not math.isfinite(value):
            raise self._error(f"{match.group()[:20]} is too large for a number")
        return value
