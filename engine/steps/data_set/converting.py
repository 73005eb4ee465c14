"""Giving a value of data.set the type that its field wants."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from engine.base.errors import StepFailure
from engine.steps.conversions import as_boolean, as_text, type_name
from engine.steps.data_set.manifest import TypedValue
from engine.steps.loose_json import loose_json
from engine.steps.values import number_of, truth_of


def typed(field: TypedValue, index: int, lenient: bool, nulls: bool = True) -> Any:
    """The field's value with its type; null stays null, except where text is wanted and ``nulls`` are not.
    Raises :class:`StepFailure` naming field and item, unless ``lenient``."""
    value = field.value
    if field.type == "truth":
        return truth_of(value)
    if field.type is None or (value is None and (nulls or lenient or field.type != "string")):
        return value
    try:
        if value is None:
            raise ValueError("null is no text")
        return _CONVERSIONS[field.type](value)
    except ValueError:
        if lenient:
            return value
        message = f"'{field.name}' expects a {field.type} but we got {_described(value)} [item {index}]"
        raise StepFailure(message, field=field.name) from None


def _described(value: Any) -> str:
    return type_name(value) if isinstance(value, dict | list) else f"'{as_text(value)}'"


def _number(value: Any) -> float:
    number = number_of(value)
    if math.isnan(number):
        raise ValueError("no number")
    return number


def _list(value: Any) -> list[Any]:
    found = value if isinstance(value, list) else _parsed(value)
    if not isinstance(found, list):
        raise ValueError("no list")
    return found


def _object(value: Any) -> dict[str, Any]:
    found = value if isinstance(value, dict | list) else _parsed(value)
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _parsed(value: Any) -> Any:
    """JSON; also with single quotes and with bare names, as people write objects in scripts."""
    return loose_json(as_text(value))


def _numeral(value: Any) -> Any:
    number = number_of(value) if isinstance(value, str) else math.nan
    return value if math.isnan(number) else number


_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "string": as_text,
    "number": _number,
    "boolean": as_boolean,
    "array": _list,
    "object": _object,
    "numeral": _numeral,
}
