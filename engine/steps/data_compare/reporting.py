"""Comparing two objects field by field: whether they are alike, and where they differ."""

from __future__ import annotations

from typing import Any

from engine.base.errors import StepFailure
from engine.steps.data_compare.manifest import CompareParameters
from engine.steps.matching import alike
from engine.steps.operators import same
from engine.steps.paths import MISSING, get, with_field, without_field
from engine.steps.values import truth_of

Json = dict[str, Any]


def level_of(given: CompareParameters) -> int:
    """How much tolerance there is, as :func:`engine.steps.matching.alike` has it; 0 for none."""
    return (2 if given.zeroIsNull else 1) if given.fuzzy else 0


def are_alike(one: Json, other: Json, given: CompareParameters) -> bool:
    """Whether nothing differs but fields to skip. With tolerance only the fields of the first count."""
    for name in given.skip:
        one, other = without_field(one, name, given.dots), without_field(other, name, given.dots)
    level = level_of(given)
    if not level:
        return same(one, other)
    return all(alike(value, other.get(name, MISSING), level) for name, value in one.items())


def report(one: Json, other: Json, given: CompareParameters) -> Json:
    """``keys``, the fields that are the ``same``, those that are ``different`` with both values, and those
    ``skipped`` where there are any. Raises :class:`StepFailure` for a path to skip that leads nowhere."""
    equal: Json = {}
    different: Json = {}
    skipped: Json = {}
    for name in dict.fromkeys([*one, *other]):
        values = one.get(name, MISSING), other.get(name, MISSING)
        if _equal(*values, given):
            equal |= {name: values[0]} if values[0] is not MISSING else {}
        elif name in given.skip:
            skipped[name] = _both(values, given)
        else:
            different[name], inner = _parted(name, values, given)
            skipped |= {name: inner} if inner else {}
    dots = given.dots and given.nestedKeys
    values_of_keys = {pair.left: get(one, pair.left, dots) for pair in given.match}
    keys = {name: value for name, value in values_of_keys.items() if value is not MISSING}
    found = {"keys": keys, "same": equal, "different": different}
    return {**found, "skipped": skipped} if skipped else found


def _equal(one: Any, other: Any, given: CompareParameters) -> bool:
    if one is not MISSING and other is not MISSING:
        return alike(one, other, level_of(given)) if given.fuzzy else same(one, other)
    return given.fuzzy and given.absent == "alike" and alike(one, other, level_of(given))


def _both(values: tuple[Any, Any], given: CompareParameters) -> Json:
    kept = (None if _absent(value, given) else value for value in values)
    return dict(zip(given.names, kept, strict=True))


def _absent(value: Any, given: CompareParameters) -> bool:
    return value is MISSING or (given.blanks == "null" and not truth_of(value))


def _parted(name: str, values: tuple[Any, Any], given: CompareParameters) -> tuple[Json, Json]:
    """Both values of a field without what is to be skipped inside it, and that."""
    paths = [path for path in given.skip if given.dots and path.startswith(f"{name}.")]
    kept = _both(values, given)
    inner: Json = {side: {} for side in given.names} if paths else {}
    for path in paths:
        within = path.removeprefix(f"{name}.")
        for side, value in kept.items():
            if value is not None and not isinstance(value, dict):
                raise StepFailure(
                    f"The field '{name}' is not an object. It is not possible to use dot notation."
                )
            found = get(value, within)
            if value and found is not MISSING:
                inner[side] = with_field(inner[side], within, found)
                kept[side] = without_field(value, within)
    return kept, inner
