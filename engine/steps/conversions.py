"""Turning a value into the type that is wanted, or saying why it cannot be.

Strict conversion takes only values that have the type; loose conversion also takes text that says
one, as people type it into tables and forms.
"""

from __future__ import annotations

import json
import math
from typing import Any

from engine.steps.operators import kind
from engine.steps.values import number_of, number_text, text_of


class NotConvertible(ValueError):
    """A value that does not have, or cannot be given, the wanted type."""


def type_name(value: Any) -> str:
    """The JSON type of a value: string, number, boolean, array, object or null."""
    found = kind(value)
    return "array" if found == "list" else found


def converted(value: Any, wanted: str, strict: bool) -> Any:
    """The value as ``wanted``; null stays null. Raises :class:`NotConvertible`."""
    if value is None or wanted == "any":
        return value
    if strict:
        if type_name(value) != wanted:
            raise NotConvertible(
                f"Wrong type: '{shown(value)}' is {_article(type_name(value))} but was expecting "
                f"{_article(wanted)}"
            )
        return value
    try:
        return _LOOSE[wanted](value)
    except ValueError:
        raise NotConvertible(
            f"Conversion error: the {type_name(value)} '{shown(value)}' can't be converted to "
            f"{_article(wanted)}"
        ) from None


def shown(value: Any) -> str:
    """The value for messages, not too long."""
    text = as_text(value)
    return text if len(text) <= 200 else f"{text[:200]}..."


def _article(name: str) -> str:
    return f"an {name}" if name[:1] in "aeo" else f"a {name}"


def as_text(value: Any) -> str:
    """Text: objects and lists as JSON."""
    if isinstance(value, dict | list):
        return json_text(value)
    return text_of(value)


def json_text(value: Any) -> str:
    """JSON as JavaScript writes it, without spaces."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{_quoted(str(k))}:{json_text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(json_text, value)) + "]"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, float):
        return number_text(value) if math.isfinite(value) else "null"
    return json.dumps(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def as_number(value: Any) -> float | None:
    """A number; text without anything in it is none at all. Raises ValueError."""
    if isinstance(value, str) and not value.strip():
        return None
    number = number_of(value) if not isinstance(value, dict | list) else math.nan
    if math.isnan(number):
        raise ValueError("no number")
    return number


def as_boolean(value: Any) -> bool:
    """A boolean: true and false, as text in any letter case, 1 and 0. Raises ValueError."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        named = {"true": True, "false": False}.get(value.lower())
        if named is not None:
            return named
        if not value.strip():
            raise ValueError("no boolean")
    number = number_of(value) if not isinstance(value, dict | list) else math.nan
    if number in (0, 1):
        return number == 1
    raise ValueError("no boolean")


def as_list(value: Any) -> list[Any]:
    """A list, or JSON text of one. Raises ValueError."""
    if isinstance(value, list):
        return value
    found = _parsed(value)
    if isinstance(found, list):
        return found
    raise ValueError("no list")


def as_object(value: Any) -> dict[str, Any]:
    """An object, or JSON text of one. Raises ValueError."""
    found = value if isinstance(value, dict) else _parsed(value)
    if isinstance(found, dict):
        return found
    raise ValueError("no object")


def _parsed(value: Any) -> Any:
    if not isinstance(value, str):
        return None
    try:
        return json.loads(value)
    except RecursionError:
        raise ValueError("too deep") from None


def loose_truth(value: Any) -> bool:
    """A boolean from anything: what says one, else whether there is something."""
    try:
        return as_boolean(value)
    except ValueError:
        return bool(value) if not isinstance(value, dict | list) else True


_LOOSE = {
    "string": as_text,
    "number": as_number,
    "boolean": loose_truth,
    "array": as_list,
    "object": as_object,
}
