"""What data.summarize makes of a list of values."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from engine.steps.identity import key_of
from engine.steps.operators import kind
from engine.steps.paths import MISSING
from engine.steps.values import less, text_of

Values = Sequence[Any]


def is_empty(value: Any) -> bool:
    """Missing, null and the empty text."""
    return value is MISSING or value is None or (isinstance(value, str) and not value)


def summarized(function: str, values: Values, separator: str, include_empty: bool) -> Any:
    """The result; None where there is nothing to make it of."""
    if function in ("append", "concatenate", "count", "countUnique") and include_empty:
        used = values
    else:
        used = [value for value in values if not is_empty(value)]
    if function == "concatenate":
        return separator.join(map(_written, used))
    return _FUNCTIONS[function](used)


def _append(values: Values) -> list[Any]:
    return [None if value is MISSING else value for value in values]


def _count_unique(values: Values) -> int:
    return len({key_of(value) for value in values})


def _numbers(values: Values) -> list[float]:
    return [value for value in values if kind(value) == "number"]


def _sum(values: Values) -> float:
    """Added up one after the other, as anybody would."""
    total: float = 0
    for value in _numbers(values):
        total += value
    return total


def _average(values: Values) -> float | None:
    numbers = _numbers(values)
    return _whole(_sum(numbers) / len(numbers)) if numbers else None


def _whole(value: float) -> float:
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _least(values: Values) -> Any:
    found = MISSING
    for value in values:
        if found is MISSING or less(value, found):
            found = value
    return None if found is MISSING else found


def _greatest(values: Values) -> Any:
    found = MISSING
    for value in values:
        if found is MISSING or less(found, value):
            found = value
    return None if found is MISSING else found


def _written(value: Any) -> str:
    if value is MISSING:
        return "undefined"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text_of(value)


_FUNCTIONS: dict[str, Callable[[Values], Any]] = {
    "append": _append,
    "average": _average,
    "count": len,
    "countUnique": _count_unique,
    "max": _greatest,
    "min": _least,
    "sum": _sum,
}
