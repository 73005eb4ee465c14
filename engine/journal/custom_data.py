"""What a flow says of its execution, so that it is found by it: a few short texts under keys.

The limits are those that n8n documents (https://docs.n8n.io/workflows/executions/custom-executions-data/):
ten keys of 50 letters, digits and underscores, and values of 255 characters. What is longer is cut, and keys
beyond the tenth are left out, in the order in which steps ended.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from engine.base.errors import InvalidInput, Problem
from engine.base.limits import CUSTOM_KEY_CHARACTERS_MAX, CUSTOM_KEYS_MAX, CUSTOM_VALUE_CHARACTERS_MAX

_KEY = re.compile(r"[A-Za-z0-9_]+")


def custom_text(key: Any, value: Any) -> tuple[str, str]:
    """Key and value as they are kept; raises :class:`InvalidInput` for those that cannot be."""
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        problem = Problem("key", "letters, digits and underscores only")
        raise InvalidInput(f"custom data has no key {str(key)[:80]!r}", [problem])
    if isinstance(value, bool):
        value = "true" if value else "false"
    if not isinstance(value, str | int | float):
        problem = Problem(key, "a text, a number, true or false")
        raise InvalidInput(f"the custom data {key!r} cannot be kept", [problem])
    return key[:CUSTOM_KEY_CHARACTERS_MAX], str(value)[:CUSTOM_VALUE_CHARACTERS_MAX]


def with_custom(before: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """The custom data after a step has said more."""
    found = dict(before)
    for key, value in more.items():
        if key in found or len(found) < CUSTOM_KEYS_MAX:
            found[key] = value
    return found
