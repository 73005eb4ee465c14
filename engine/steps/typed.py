"""Whether a typed condition holds: both sides are converted to the type, then compared.

What only the guest can tell, regular expressions and dates, is asked beforehand and looked up here.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from engine.steps.conversions import (
    BothWrong,
    NotConvertible,
    article,
    converted,
    is_nan,
    not_convertible,
    script_type,
    shown,
    type_name,
)
from engine.steps.operators import kind, same
from engine.steps.typed_words import LENGTHS, MOMENTS, NEGATIONS, PATTERNS, UNARY
from engine.steps.values import code_units, less, text_of, truth_of

Question = tuple[str, str, str]
"""``matches``, a text and a pattern; or ``date`` or ``moment``, a text and nothing."""

Answers = Mapping[Question, Any]
"""Of a pattern whether it matches; of a date its milliseconds since 1970, or None where it is none."""

ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "greater": operator.gt,
    "greaterOrEqual": operator.ge,
    "less": operator.lt,
    "lessOrEqual": operator.le,
}


def typed_holds(
    name: str, wanted: str, value: Any, other: Any, strict: bool, fold: bool, answers: Answers
) -> bool:
    """Whether ``value name other`` is true for values of a type; ``fold`` ignores letter case.

    Raises :class:`NotConvertible` for a value that is not, or cannot be made, of the type.
    """

    def convert(side: Any, kind: str) -> Any:
        return _moment(side, answers, strict) if kind == "dateTime" else converted(side, kind, strict)

    value, other = sides(name, wanted, value, other, convert)
    if wanted == "dateTime" and name not in UNARY:
        return value is not None and other is not None and _dates(name, value, other)
    if fold and wanted == "string":
        value, other = folded(value), other if name in PATTERNS else folded(other)
    if name in NEGATIONS:
        return not _decided(NEGATIONS[name], wanted, value, other, fold, answers)
    return _decided(name, wanted, value, other, fold, answers)


def _decided(name: str, wanted: str, value: Any, other: Any, fold: bool, answers: Answers) -> bool:
    if name == "exists":
        return value is not None and not is_nan(value)
    if name == "matches":
        return bool(answers[("matches", value or "", text_of(other))])
    return _HOLDS.get(wanted, _any)(name, value, other, fold)


def folded(value: Any) -> Any:
    """Text in small letters; anything else as it is."""
    return value.lower() if isinstance(value, str) else value


def sides(
    name: str, wanted: str, value: Any, other: Any, convert: Callable[[Any, str], Any]
) -> tuple[Any, Any]:
    """Both sides converted; a list is searched for anything, and lengths are numbers."""
    right = "number" if name in LENGTHS else ("any" if wanted == "array" or name in UNARY else wanted)
    left_made, left_error = _attempt(convert, value, wanted)
    right_made, right_error = _attempt(convert, other, right)
    if left_error and right_error and script_type(value) == script_type(other):
        found = article(script_type(value))
        raise BothWrong(f"Comparison type expects {article(wanted)} but both fields are {found}")
    if error := left_error or right_error:
        raise error
    return left_made, right_made


def _attempt(
    convert: Callable[[Any, str], Any], value: Any, wanted: str
) -> tuple[Any, NotConvertible | None]:
    try:
        return convert(value, wanted), None
    except NotConvertible as error:
        return None, error


def _nothing(value: Any) -> bool:
    return value is None or value == ""


def _dates(name: str, left: Any, right: Any) -> bool:
    if name in ("equals", "notEquals"):
        return bool(left == right) is (name == "equals")
    if name not in MOMENTS:
        raise NotConvertible(f"dates are not compared with {name}")
    return ORDERS[MOMENTS[name]](left, right)


def _moment(value: Any, answers: Answers, strict: bool) -> Any:
    if value is None:
        return None
    found = answers[("date", text_of(value), "")]
    if found is None:
        raise not_convertible(value, "dateTime", strict)
    return found


def _string(name: str, value: Any, other: Any, fold: bool) -> bool:
    text, part = value or "", other if other is not None else ""
    if name == "isEmpty":
        return not text
    return (
        _texts(name, text, part)
        if name in ("contains", "startsWith", "endsWith")
        else _any(name, text, part, fold)
    )


def _texts(name: str, text: str, part: str) -> bool:
    if name == "contains":
        return part in text
    return text.startswith(part) if name == "startsWith" else text.endswith(part)


def _number(name: str, value: Any, other: Any, fold: bool) -> bool:
    """Null is less than nothing: it counts as 0 where two values are ordered."""
    if name == "isEmpty":
        return value is None or is_nan(value)
    if name in ORDERS:
        return ORDERS[name](value or 0, other or 0)
    return _any(name, value, other, fold)


def _boolean(name: str, value: Any, other: Any, fold: bool) -> bool:
    if name == "isEmpty":
        return value is None
    if name in ("isTrue", "isFalse"):
        return bool(value) is (name == "isTrue")
    return _any(name, value, other, fold)


def _array(name: str, value: Any, other: Any, fold: bool) -> bool:
    elements = value if isinstance(value, list) else []
    if name == "isEmpty":
        return not elements
    if name in LENGTHS:
        return _length(LENGTHS[name], len(elements), other)
    if name == "contains":
        if fold and isinstance(other, str):
            return other.lower() in map(folded, elements)
        return not isinstance(other, dict | list) and any(same(one, other) for one in elements)
    return _any(name, value, other, fold)


def _length(name: str, length: int, other: Any) -> bool:
    if name == "notEquals":
        return not same(length, other)
    return _number(name, length, other, False)


def _any(name: str, value: Any, other: Any, fold: bool) -> bool:
    if name == "isEmpty":
        return value is None or (isinstance(value, str | list | dict) and not value)
    if name == "equals":
        return same(value, other)
    if name in ORDERS and kind(value) == kind(other) == "string":
        return ORDERS[name](code_units(value), code_units(other))
    if name in ORDERS and kind(value) == kind(other) == "number":
        return ORDERS[name](value, other)
    raise NotConvertible(f"{name} does not compare {type_name(value)} with {type_name(other)}")


_HOLDS: dict[str, Callable[[str, Any, Any, bool], bool]] = {
    "string": _string,
    "number": _number,
    "numeral": _number,
    "boolean": _boolean,
    "truth": _boolean,
    "array": _array,
}


def script_holds(name: str, value: Any, other: Any, answers: Answers) -> bool:
    """Whether ``value name other`` is true as JavaScript takes it: nothing is refused, empty values
    count as ``""`` or 0. For flows whose author relied on that."""
    if name in NEGATIONS:
        return not script_holds(NEGATIONS[name], value, other, answers)
    if name == "equals":
        return not isinstance(value, dict | list) and same(value, other)
    if name == "isEmpty":
        return value is None or (isinstance(value, str | list | dict) and not value)
    if name in MOMENTS:
        return ORDERS[MOMENTS[name]](_instant(value, answers), _instant(other, answers))
    text, part = script_text(value), script_text(other)
    if name == "matches":
        return bool(answers[("matches", text, part)])
    if name in ORDERS:
        left, right = (value if truth_of(value) else 0), (other if truth_of(other) else 0)
        return _script_order(name, left, right)
    if name in ("isTrue", "isFalse"):
        return truth_of(value) is (name == "isTrue")
    if name == "exists":
        return value is not None
    return _texts(name, text, part)


def script_text(value: Any) -> str:
    """``(value || "").toString()``."""
    return text_of(value) if truth_of(value) else ""


def _script_order(name: str, left: Any, right: Any) -> bool:
    if name == "less":
        return less(left, right)
    if name == "greater":
        return less(right, left)
    equal = not less(left, right) and not less(right, left)
    return equal or (less(left, right) if name == "lessOrEqual" else less(right, left))


def _instant(value: Any, answers: Answers) -> Any:
    found = (
        None
        if _nothing(value)
        else answers[("moment", text_of(value), "number" if kind(value) == "number" else "")]
    )
    if found is None:
        raise NotConvertible(f'The value "{shown(value)}" is not a valid DateTime.')
    return found
