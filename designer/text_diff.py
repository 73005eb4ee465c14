"""The lines by which two texts differ, in blocks that a page shows one below the other or side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

CONTEXT_LINES = 3
"""How many lines that are the same are shown before and after those that are not."""

LINES_MAX = 8_000
"""How long texts may be, between their common beginning and end, to be compared line by line: the time that
takes grows with the square of it where lines repeat."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line and its number, from 1."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that are the same in both texts, or that took each other's place; ``skipped`` such lines before
    them are not shown."""

    before: tuple[Line, ...]
    after: tuple[Line, ...]
    changed: bool
    skipped: int = 0

    @property
    def pairs(self) -> list[tuple[Line, Line]]:
        """The lines that are the same, side by side."""
        return list(zip(self.before, self.after, strict=True))


def text_blocks(before: str, after: str) -> list[Block] | None:
    """The blocks that differ and what stands around them; empty where nothing does, None where the texts
    differ in too many lines."""
    old, new = before.splitlines(), after.splitlines()
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    middle = old[head : len(old) - tail], new[head : len(new) - tail]
    if max(map(len, middle)) > LINES_MAX:
        return None
    return list(_shown(old, new, _changes(middle, head)))


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """How many lines both begin with."""
    for count, (one, other) in enumerate(zip(old, new, strict=False)):
        if one != other:
            return count
    return min(len(old), len(new))


Change = tuple[int, int, int, int]
"""Lines from ``[0]`` up to ``[1]`` of the one text became those from ``[2]`` up to ``[3]`` of the other."""


def _changes(middle: tuple[list[str], list[str]], head: int) -> list[Change]:
    codes = SequenceMatcher(None, *middle).get_opcodes()
    return [(head + a, head + b, head + c, head + d) for tag, a, b, c, d in codes if tag != "equal"]


def _shown(old: list[str], new: list[str], changes: list[Change]) -> Iterator[Block]:
    ends = [*(change[0] for change in changes), len(old)]
    last = 0
    for (a, b, c, d), following in zip(changes, ends[1:], strict=True):
        first = max(last, a - CONTEXT_LINES)
        if first < a:
            yield Block(_lines(old, first, a), _lines(new, c - (a - first), c), False, first - last)
        yield Block(_lines(old, a, b), _lines(new, c, d), True)
        last = min(following, b + CONTEXT_LINES)
        if b < last:
            yield Block(_lines(old, b, last), _lines(new, d, d + last - b), False)


def _lines(lines: list[str], first: int, end: int) -> tuple[Line, ...]:
    return tuple(Line(number + 1, lines[number]) for number in range(first, end))
