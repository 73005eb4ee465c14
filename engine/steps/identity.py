"""A key for a JSON value that two values share when they are equal: 1 and 1.0, objects in any order."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from engine.steps.paths import MISSING


def key_of(value: Any) -> Hashable:
    """A hashable stand-in; true is not 1, and a missing value is not null."""
    if value is MISSING:
        return ("missing",)
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, dict):
        return ("object", frozenset((name, key_of(inner)) for name, inner in value.items()))
    if isinstance(value, list):
        return ("list", tuple(map(key_of, value)))
    plain: Hashable = value
    return plain
