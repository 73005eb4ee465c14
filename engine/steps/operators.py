"""The operators of conditions: typed comparisons of JSON values.

Strict operators do not convert: what cannot be compared is an error that says so. Loose ones take
``"5"`` for 5, ``"true"`` for true, and numbers for text where text is wanted. Patterns and dates are
answered by the guest (:mod:`engine.steps.conditions`).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from engine.steps.typed_words import LENGTHS

_DECIMAL = re.compile(r"[+-]?([0-9]{1,300}(\.[0-9]{0,300})?|\.[0-9]{1,300})(e[+-]?[0-9]{1,4})?\Z", re.I)


class NotComparable(ValueError):
    """Two values that the operator cannot compare."""


def holds(name: str, value: Any, other: Any, loose: bool = False) -> bool:
    """Whether ``value name other`` is true; raises :class:`NotComparable`."""
    return _TABLE[name](value, other, loose)


KINDS = {
    type(None): "null",
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    list: "list",
    dict: "object",
}


def kind(value: Any) -> str:
    """The JSON type of a value, in words for messages."""
    return KINDS.get(type(value), "object")


def same(value: Any, other: Any) -> bool:
    """Equality of JSON values: true is not 1, 1 is 1.0, lists and objects are compared deeply."""
    left, right = kind(value), kind(other)
    if left != right:
        return False
    if left == "object":
        return value.keys() == other.keys() and all(same(value[key], other[key]) for key in value)
    if left == "list":
        return len(value) == len(other) and all(map(same, value, other))
    return bool(value == other)


def _shown(value: Any) -> str:
    return f"{kind(value)} {value!r:.60}" if value is not None else "null"


def _number(value: Any) -> int | float | None:
    """The number a text stands for, or the number itself."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if not isinstance(value, str):
        return value
    text = value.strip()
    if not _DECIMAL.match(text):
        return None
    return int(text) if text.lstrip("+-").isdigit() else float(text)


def _truth(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return {"true": True, "1": True, "false": False, "0": False, "": False}.get(value.strip().lower())
    if value is None or isinstance(value, int | float):
        return bool(value)
    return None


def _equals(value: Any, other: Any, loose: bool) -> bool:
    if same(value, other) or not loose:
        return same(value, other)
    if value is None or other is None:
        return False
    if isinstance(value, bool) or isinstance(other, bool):
        return _truth(value) is _truth(other) is not None
    left, right = _number(value), _number(other)
    return left is not None and left == right


def _ordered(compare: Callable[[Any, Any], bool], name: str) -> Callable[[Any, Any, bool], bool]:
    def check(value: Any, other: Any, loose: bool) -> bool:
        if loose:
            left, right = _number(value), _number(other)
            if left is not None and right is not None:
                return compare(left, right)
        if kind(value) == kind(other) and kind(value) in ("number", "string"):
            return compare(value, other)
        hint = "compare numbers with numbers and strings with strings" + ("" if loose else ", or set loose")
        raise NotComparable(f"{name} cannot compare {_shown(value)} with {_shown(other)}; {hint}")

    return check


def _contains(value: Any, other: Any, loose: bool) -> bool:
    if isinstance(value, list):
        return any(_equals(element, other, loose) for element in value)
    if isinstance(value, dict):
        return other in value if isinstance(other, str) else False
    if value is None and loose:
        return False
    text, part = _texts("contains", value, other, loose)
    return part in text


def _texts(name: str, value: Any, other: Any, loose: bool) -> tuple[str, str]:
    left, right = (_text(value), _text(other)) if loose else (value, other)
    if isinstance(left, str) and isinstance(right, str):
        return left, right
    hint = "both must be strings" + ("" if loose else ", or set loose")
    raise NotComparable(f"{name} cannot look for {_shown(other)} in {_shown(value)}; {hint}")


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int | float) else ("" if value is None else value)


def _starts(value: Any, other: Any, loose: bool) -> bool:
    text, part = _texts("startsWith", value, other, loose)
    return text.startswith(part)


def _ends(value: Any, other: Any, loose: bool) -> bool:
    text, part = _texts("endsWith", value, other, loose)
    return text.endswith(part)


def _in(value: Any, other: Any, loose: bool) -> bool:
    if isinstance(other, str) and loose:
        return any(_equals(value, part.strip(), loose) for part in other.split(","))
    if not isinstance(other, list):
        raise NotComparable(f"in needs a list to look in, not {_shown(other)}")
    return any(_equals(value, element, loose) for element in other)


def _empty(value: Any, other: Any, loose: bool) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


def _is(wanted: bool) -> Callable[[Any, Any, bool], bool]:
    def check(value: Any, other: Any, loose: bool) -> bool:
        if loose:
            return _truth(value) is wanted
        if not isinstance(value, bool):
            name = "isTrue" if wanted else "isFalse"
            raise NotComparable(f"{name} needs a boolean, not {_shown(value)}; convert it or set loose")
        return value is wanted

    return check


def _length(rule: str) -> Callable[[Any, Any, bool], bool]:
    def check(value: Any, other: Any, loose: bool) -> bool:
        if not isinstance(value, list | str | dict):
            raise NotComparable(f"only strings, lists and objects have a length, not {_shown(value)}")
        return holds(rule, len(value), other, loose)

    return check


def _exists(value: Any, other: Any, loose: bool) -> bool:
    return value is not None


def _not(check: Callable[[Any, Any, bool], bool]) -> Callable[[Any, Any, bool], bool]:
    return lambda value, other, loose: not check(value, other, loose)


_TABLE: dict[str, Callable[[Any, Any, bool], bool]] = {
    "equals": _equals,
    "notEquals": _not(_equals),
    "greater": _ordered(operator.gt, "greater"),
    "greaterOrEqual": _ordered(operator.ge, "greaterOrEqual"),
    "less": _ordered(operator.lt, "less"),
    "lessOrEqual": _ordered(operator.le, "lessOrEqual"),
    "contains": _contains,
    "notContains": _not(_contains),
    "startsWith": _starts,
    "notStartsWith": _not(_starts),
    "endsWith": _ends,
    "notEndsWith": _not(_ends),
    **{name: _length(rule) for name, rule in LENGTHS.items()},
    "in": _in,
    "notIn": _not(_in),
    "isEmpty": _empty,
    "isNotEmpty": _not(_empty),
    "isTrue": _is(True),
    "isFalse": _is(False),
    "exists": _exists,
    "notExists": _not(_exists),
}
