"""Fields inside objects by a written path: ``customer.addresses[0].city``.

A field whose whole name is the text is taken first, so that a name with a dot in it is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from engine.base.errors import StepFailure
from engine.base.limits import FIELD_DEPTH_MAX, LIST_GAP_MAX

MISSING: Any = type("Missing", (), {"__repr__": lambda _: "MISSING", "__bool__": lambda _: False})()
"""What a path that leads nowhere gives; unlike None, which is JSON's null."""

_PART = re.compile(r"""\[(?:(\d{1,9})|"([^"\]]*)"|'([^'\]]*)'|([^\]]*))\]|([^.\[]+)|(\.)""")


@lru_cache(maxsize=4096)
def parts_of(path: str) -> tuple[str, ...]:
    """The parts of a path; ``a[0]['b c']`` is ``a``, ``0``, ``b c``. Raises :class:`StepFailure` where
    there are too many."""
    found = []
    for match in _PART.finditer(path):
        part = next((group for group in match.groups()[:5] if group is not None), None)
        if part is not None:
            found.append(part)
    if len(found) > FIELD_DEPTH_MAX:
        raise StepFailure(f"the field {path[:80]!r}... has more than {FIELD_DEPTH_MAX} parts")
    return tuple(found) or (path,)


def get(value: Any, path: str, dots: bool = True) -> Any:
    """The value at a path, or :data:`MISSING`. Without ``dots`` the path is one name."""
    if isinstance(value, dict) and path in value:
        return value[path]
    if not dots:
        return MISSING
    for part in parts_of(path):
        value = _child(value, part)
        if value is MISSING:
            return MISSING
    return value


def _child(value: Any, part: str) -> Any:
    if isinstance(value, dict):
        return value.get(part, MISSING)
    if isinstance(value, list | str):
        if part == "length":
            return len(value)
        if part.isdecimal() and int(part) < len(value):
            return value[int(part)]
    return MISSING


def with_field(json: dict[str, Any], path: str, value: Any, dots: bool = True) -> dict[str, Any]:
    """The object with a field set; objects and lists on the way are copied, or made where missing. A list
    takes numbers and no names: it stays as it is."""
    parts = parts_of(path) if dots and path not in json else (path,)
    copied: dict[str, Any] = _placed(json, parts, value)
    return copied


def _placed(holder: Any, parts: Sequence[str], value: Any) -> Any:
    part, rest = parts[0], parts[1:]
    if isinstance(holder, list):
        return _placed_in_list(holder, int(part), rest, value) if part.isdecimal() else holder
    copied = dict(holder) if isinstance(holder, dict) else {}
    copied[part] = _placed(_room(copied.get(part), rest), rest, value) if rest else value
    return copied


def _placed_in_list(holder: list[Any], at: int, rest: Sequence[str], value: Any) -> list[Any]:
    if at - len(holder) > LIST_GAP_MAX:
        raise StepFailure(f"index {at} lies more than {LIST_GAP_MAX} beyond the end of the list")
    copied = [*holder, *[None] * (at + 1 - len(holder))]
    copied[at] = _placed(_room(copied[at], rest), rest, value) if rest else value
    return copied


def _room(found: Any, rest: Sequence[str]) -> Any:
    """What the next part goes into: what is there, else a list for an index and an object for a name."""
    if isinstance(found, dict | list):
        return found
    return [] if rest[0].isdecimal() else {}


def without_field(json: dict[str, Any], path: str, dots: bool = True) -> dict[str, Any]:
    """The object without a field; what the path leads through is copied."""
    if path in json:
        return {name: value for name, value in json.items() if name != path}
    return _removed(json, parts_of(path)) if dots and get(json, path) is not MISSING else json


def _removed(holder: Any, parts: Sequence[str]) -> Any:
    part, rest = parts[0], parts[1:]
    if isinstance(holder, list):
        copied = list(holder)
        copied[int(part)] = _removed(copied[int(part)], rest) if rest else None
        return copied
    if rest:
        return {**holder, part: _removed(holder[part], rest)}
    return {name: value for name, value in holder.items() if name != part}


def listed(names: str | Iterable[str]) -> list[str]:
    """Field names from a list, or from text with commas between them; empty ones fall away."""
    found = names.split(",") if isinstance(names, str) else names
    return [name for name in (str(name).strip() for name in found) if name]


def leaves_of(json: Any, prefix: str = "", *, lists: bool = False) -> list[str]:
    """The paths of all leaves of an object, in order; an empty object or a list is a leaf. With ``lists``
    what is empty has none, and the elements of lists have numbers."""
    found = []
    for name, value in enumerate(json) if isinstance(json, list) else json.items():
        path = f"{prefix}{name}"
        if (isinstance(value, dict) and (value or lists)) or (lists and isinstance(value, list)):
            found += leaves_of(value, f"{path}.", lists=lists)
        else:
            found.append(path)
    return found
