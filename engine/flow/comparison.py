"""Comparing the items that a test expects with those it got.

Exactly: as many items, each with the same JSON. As a part: the expected items stand among the others in
their order, and an object may have further keys; a list inside an item must be as long as expected.
Values are compared as JSON knows them: 1 and 1.0 are the same number, true and 1 are not the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from engine.base.limits import DIFFERENCES_MAX
from engine.flow.document import Path, path_text

Items = Sequence[Mapping[str, Any]]

_CANDIDATES_MAX = 20


class Absent:
    """Stands for a value that is not there."""

    def __repr__(self) -> str:
        return "(nothing)"


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Difference:
    """A place among the items, such as ``[0].json.name``, and the values there, or ``ABSENT``."""

    path: str
    expected: Any
    got: Any


def differences(expected: Items, got: Items, *, part: bool = False) -> list[Difference]:
    """Where the items differ, at most ``DIFFERENCES_MAX`` places; none where they are as expected.

    Of an item its ``json`` counts, and of its other keys those that the expected item writes.
    """
    found = _parts(expected, got) if part else _exactly(expected, got)
    return list(islice(found, DIFFERENCES_MAX))


def _exactly(expected: Items, got: Items) -> Iterator[Difference]:
    for index, item in enumerate(expected):
        if index < len(got):
            yield from _of_items(item, got[index], (index,), part=False)
        else:
            yield Difference(path_text((index,)), item, ABSENT)
    for index in range(len(expected), len(got)):
        yield Difference(path_text((index,)), ABSENT, got[index])


def _parts(expected: Items, got: Items) -> Iterator[Difference]:
    """The first item that fits is taken: if any choice lets all others follow, this one does."""
    begin = 0
    for index, item in enumerate(expected):
        place = next((at for at in range(begin, len(got)) if _fits(item, got[at])), None)
        if place is None:
            yield from _nearest(item, index, got[begin : begin + _CANDIDATES_MAX])
            return
        begin = place + 1


def _fits(item: Mapping[str, Any], got: Mapping[str, Any]) -> bool:
    return next(_of_items(item, got, (), part=True), None) is None


def _nearest(item: Mapping[str, Any], index: int, got: Items) -> list[Difference]:
    """What differs from the item that differs least."""
    if not got:
        return [Difference(path_text((index,)), item, ABSENT)]
    found = (list(_of_items(item, one, (index,), part=True)) for one in got)
    return min(found, key=len)


def _of_items(
    expected: Mapping[str, Any], got: Mapping[str, Any], path: Path, *, part: bool
) -> Iterator[Difference]:
    for key, value in expected.items():
        yield from _of_values(value, got.get(key, ABSENT), (*path, key), part=part)


def _of_values(expected: Any, got: Any, path: Path, *, part: bool) -> Iterator[Difference]:
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        others = () if part else tuple(key for key in got if key not in expected)
        for key in (*expected, *others):
            pair = expected.get(key, ABSENT), got.get(key, ABSENT)
            yield from _of_values(*pair, (*path, str(key)), part=part)
    elif _is_list(expected) and _is_list(got) and len(expected) == len(got):
        for index, (one, other) in enumerate(zip(expected, got, strict=True)):
            yield from _of_values(one, other, (*path, index), part=part)
    elif not _same(expected, got):
        yield Difference(path_text(path), expected, got)


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _same(one: Any, other: Any) -> bool:
    if _is_number(one) and _is_number(other):
        return bool(one == other)
    return type(one) is type(other) and bool(one == other)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
