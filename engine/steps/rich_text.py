"""Tables in rich text (.rtf, RTF 1.9): their rows, and new ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from engine.base.errors import StepFailure
from engine.steps.tables import Row, bounded, value_in
from engine.steps.values import text_of

_RTF = re.compile(rb"\\'([0-9a-fA-F]{2})|\\([a-zA-Z]+)(-?\d{1,10})? ?|\\(.)|([{}])|([^\\{}\r\n]+)", re.S)
_HIDDEN = frozenset(
    {b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"header", b"footer"}
)
_BREAKS = {b"par": "\n", b"line": "\n", b"tab": "\t"}


def rows_in_rtf(data: bytes) -> Iterator[Row]:
    """The rows of the tables of a rich text; raises :class:`StepFailure` where it is none or has none."""
    if not data.lstrip().startswith(b"{\\rtf"):
        raise StepFailure("the file is no rich text (.rtf)")
    count = 0
    for row in bounded(_rtf_rows(data)):
        count += 1
        yield row
    if not count:
        raise StepFailure("the rich text holds no table")


def _rtf_rows(data: bytes) -> Iterator[Row]:
    row: list[Any] = []
    text: list[str] = []
    for word, letters in _rtf_words(data):
        if word == b"cell":
            row.append(_paired("".join(text)).strip())
            text = []
        elif word == b"row":
            yield [value_in(cell) for cell in row]
            row, text = [], []
        elif word == b"trowd":
            text = []
        else:
            text.append(letters)


def _paired(text: str) -> str:
    """Halves of letters outside the basic plane put together; a lone half becomes U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _rtf_words(data: bytes) -> Iterator[tuple[bytes, str]]:
    """Control words of tables, and visible text, as ``(word, text)``."""
    hidden: list[bool] = [False]
    skip = 0
    for found in _RTF.finditer(data):
        code, word, number, symbol, brace, plain = found.groups()
        if brace == b"{":
            hidden.append(hidden[-1])
        elif brace == b"}":
            hidden = hidden[:-1] or [False]
        elif word in _HIDDEN or symbol == b"*":
            hidden[-1] = True
        elif hidden[-1]:
            continue
        elif word == b"u" and number:
            skip = 1
            yield b"", chr(int(number) % 0x10000)
        elif skip and (code or plain):
            skip, rest = 0, b"" if code else (plain or b"")[1:]
            yield b"", rest.decode("cp1252", "replace")
        elif word:
            yield word, _BREAKS.get(word, "")
        else:
            yield b"", _letters(code, symbol, plain)


def _letters(code: bytes | None, symbol: bytes | None, plain: bytes | None) -> str:
    if code:
        return bytes([int(code, 16)]).decode("cp1252", "replace")
    if symbol:
        return {b"~": "\u00a0", b"_": "-"}.get(symbol, symbol.decode("latin-1") if symbol in b"\\{}" else "")
    return (plain or b"").decode("cp1252", "replace")


def rtf_of(rows: Iterable[Row]) -> bytes:
    """Rich text with one table."""
    lines = [_rtf_row(row) for row in rows]
    return ("{\\rtf1\\ansi\\ansicpg1252\n" + "\n".join(lines) + "\n}").encode("ascii")


def _rtf_row(row: Row) -> str:
    edges = "".join(f"\\cellx{number * 1440}" for number in range(1, len(row) + 1))
    cells = "".join(f"\\intbl {_rtf_text('' if cell is None else text_of(cell))}\\cell" for cell in row)
    return f"\\trowd\\trautofit1{edges}\\pard{cells}\\row"


def _rtf_text(text: str) -> str:
    return "".join(map(_rtf_letter, text))


def _rtf_letter(letter: str) -> str:
    if letter in "\\{}":
        return f"\\{letter}"
    if letter == "\n":
        return "\\line "
    if " " <= letter <= "~":
        return letter
    units = letter.encode("utf-16-le", "surrogatepass")
    numbers = [int.from_bytes(units[at : at + 2], "little", signed=True) for at in range(0, len(units), 2)]
    return "".join(f"\\u{number}?" for number in numbers)
