"""Finding the items of one list that belong to those of another, by fields that are equal or alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field

from engine.base.errors import StepFailure
from engine.ports.step_catalogue import Item
from engine.steps.base import Parameters
from engine.steps.identity import key_of
from engine.steps.operators import kind, same
from engine.steps.paths import MISSING, get
from engine.steps.values import number_text


class FieldPair(Parameters):
    """Two fields that must be equal for their items to belong together."""

    left: str = Field(min_length=1, description="The field in the items of input 1.")
    right: str = Field("", description="The field in the items of input 2; without it the same name.")

    @property
    def other(self) -> str:
        """The field in the items of input 2."""
        return self.right or self.left


@dataclass
class Matches:
    """Indexes of items: each on the left with those on the right, and those without a partner."""

    pairs: list[tuple[int, list[int]]] = field(default_factory=list)
    left_only: list[int] = field(default_factory=list)
    right_only: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Matching:
    """How items are matched. ``fuzzy`` is 0 for equal, 1 for alike, 2 where null is also like 0."""

    fields: Sequence[FieldPair]
    fuzzy: int = 0
    first_only: bool = False
    dots: bool = True
    check: Callable[[], None] = lambda: None  # raises where the step is cancelled

    def find(self, left: Sequence[Item], right: Sequence[Item]) -> Matches:
        """Match all items; one on the left that lacks a field has no partner."""
        index = self._index(right)
        found = Matches()
        taken: set[int] = set()
        for place, item in enumerate(left):
            self.check()
            values = tuple(get(item["json"], pair.left, self.dots) for pair in self.fields)
            partners = [] if MISSING in map(_marked, values) else self._partners(index, values)
            partners = partners[:1] if self.first_only else partners
            taken.update(partners)
            if partners:
                found.pairs.append((place, partners))
            else:
                found.left_only.append(place)
        found.right_only = [place for place in range(len(right)) if place not in taken]
        return found

    def _index(self, right: Sequence[Item]) -> dict[Hashable, tuple[tuple[Any, ...], list[int]]]:
        index: dict[Hashable, tuple[tuple[Any, ...], list[int]]] = {}
        for place, item in enumerate(right):
            values = tuple(get(item["json"], pair.other, self.dots) for pair in self.fields)
            index.setdefault(tuple(map(key_of, values)), (values, []))[1].append(place)
        return index

    def _partners(
        self, index: dict[Hashable, tuple[tuple[Any, ...], list[int]]], values: tuple[Any, ...]
    ) -> list[int]:
        if not self.fuzzy:
            return index.get(tuple(map(key_of, values)), ((), []))[1]
        found = []
        for others, places in index.values():
            if all(alike(one, other, self.fuzzy) for one, other in zip(values, others, strict=True)):
                found += places
        return sorted(found)


def _marked(value: Any) -> Any:
    """The value if it is :data:`MISSING`, since comparing anything else with it may be slow."""
    return MISSING if value is MISSING else None


def require_fields(
    items: Sequence[Item], fields: Sequence[str], dots: bool, source: str, *, some: bool = False
) -> None:
    """Raises :class:`StepFailure` for a field that none of the items has; where there are none at all, only
    if there should be ``some``."""
    for name in fields:
        if (items or some) and all(get(item["json"], name, dots) is MISSING for item in items):
            raise StepFailure(f"Field '{name}' is not present in any of items in '{source}'")


def alike(one: Any, other: Any, level: int = 1) -> bool:
    """Equality with tolerance: ``"1"`` is like 1, ``"true"`` and 1 like true, JSON text like what it
    says, and null, ``""``, ``[]`` and missing like each other; at level 2 null is also like 0."""
    there = one is not MISSING and other is not MISSING and one is not None and other is not None
    if there and kind(one) == kind(other):
        return same(one, other)
    if level >= 2 and (_null_and_zero(one, other) or _null_and_zero(other, one)):
        return True
    if _nothing(one) and _nothing(other):
        return True
    return _means(one, other) or _means(other, one) or one is other


def _null_and_zero(one: Any, other: Any) -> bool:
    return one is None and not isinstance(other, bool) and other in (0, "0")


def _nothing(value: Any) -> bool:
    return value is MISSING or value is None or (isinstance(value, str | list) and not value)


def _means(value: Any, written: Any) -> bool:
    """Whether one value is another way to write the other."""
    if isinstance(value, bool):
        if isinstance(written, str):
            return written.lower() in (("true", "1") if value else ("false", "0"))
        return not isinstance(written, bool) and isinstance(written, int | float) and written == int(value)
    if not isinstance(written, str):
        return False
    if isinstance(value, int | float):
        return number_text(value) == written
    return isinstance(value, dict | list) and _says(written, value)


def _says(text: str, value: Any) -> bool:
    try:
        return same(json.loads(text), value)
    except (ValueError, RecursionError):
        return False
