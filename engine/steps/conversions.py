"""Turning a value into the type that is wanted, or saying why it cannot be.

Strict conversion takes only values that have the type; loose conversion also takes text that says
one, as people type it into tables and forms.
"""

from __future__ import annotations

import json
import math
from typing import Any

from engine.steps.loose_json import loose_json
from engine.steps.operators import kind
from engine.steps.values import number_of, number_text, text_of, truth_of


class NotConvertible(ValueError):
    """A value that does not have, or cannot be given, the wanted type."""


class BothWrong(NotConvertible):
    """Two values of one type, and not of the wanted one."""


def type_name(value: Any) -> str:
    """The JSON type of a value: string, number, boolean, array, object or null."""
    found = kind(value)
    return "array" if found == "list" else found


def script_type(value: Any) -> str:
    """What JavaScript's ``typeof`` says of the value."""
    found = kind(value)
    return "object" if found in ("list", "null") else found


UNDEFINED = {"$undefined": True}
"""Stands for JavaScript's undefined where null would be taken for something else."""


def is_nan(value: Any) -> bool:
    """Whether it is the number that is none."""
    return isinstance(value, float) and math.isnan(value)


def converted(value: Any, wanted: str, strict: bool) -> Any:
    """The value as ``wanted``; null stays null, and so does what is empty where a number is wanted.
    Raises :class:`NotConvertible`."""
    if value is None or wanted == "any" or (wanted in _NUMBERS and is_nan(value)):
        return value
    if wanted in _NUMBERS and value == UNDEFINED:
        return math.nan
    if wanted == "number" and (value == [] or (isinstance(value, str) and not value.strip())):
        return None
    if strict:
        if type_name(value) != _NAMED.get(wanted, wanted):
            raise not_convertible(value, wanted, strict)
        return value
    try:
        return _LOOSE[wanted](value)
    except ValueError:
        raise not_convertible(value, wanted, strict) from None


def not_convertible(value: Any, wanted: str, strict: bool) -> NotConvertible:
    """The error that names a value, the type that it has in JavaScript and the one that was wanted."""
    found = script_type(value)
    if strict:
        return NotConvertible(
            f"Wrong type: '{shown(value)}' is {article(found)} but was expecting {article(wanted)}"
        )
    return NotConvertible(
        f"Conversion error: the {found} '{shown(value)}' can't be converted to {article(wanted)}"
    )


def shown(value: Any) -> str:
    """The value for messages, not too long."""
    text = text_of(value)
    return text if len(text) <= 200 else f"{text[:200]}..."


def article(wanted: str) -> str:
    """The name of a type with the word that goes before it."""
    name = _NAMED.get(wanted, wanted)
    return f"an {name}" if name[:1] in "aeo" else f"a {name}"


_NAMED = {"numeral": "number", "truth": "boolean"}
_NUMBERS = ("number", "numeral")


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
    return None if isinstance(value, str) and not value.strip() else as_numeral(value)


def as_numeral(value: Any) -> float:
    """A number as JavaScript makes it; empty text and lists are 0. Raises ValueError."""
    number = number_of(value)
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
    number = number_of(value)
    if number in (0, 1):
        return number == 1
    raise ValueError("no boolean")


def as_list(value: Any) -> list[Any]:
    """A list, or JSON text of one, in single quotes too. Raises ValueError."""
    if isinstance(value, list):
        return value
    try:
        found = _parsed(value)
    except ValueError:
        found = _parsed(value.replace("'", '"'))
    if isinstance(found, list):
        return found
    raise ValueError("no list")


def as_object(value: Any) -> dict[str, Any]:
    """An object, or text of one as JSON or as scripts write it. Raises ValueError."""
    found = value if isinstance(value, dict) else _parsed(value)
    if isinstance(found, dict):
        return found
    raise ValueError("no object")


def _parsed(value: Any) -> Any:
    return loose_json(value) if isinstance(value, str) else None


def loose_truth(value: Any) -> bool:
    """A boolean from anything: what says one, else whether there is something."""
    try:
        return as_boolean(value)
    except ValueError:
        return truth_of(value)


_LOOSE = {
    "string": as_text,
    "number": as_number,
    "numeral": as_numeral,
    "boolean": loose_truth,
    "truth": truth_of,
    "array": as_list,
    "object": as_object,
}
