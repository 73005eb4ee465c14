"""The credentials that a step names, wherever in its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FIELD = "credential"


def credentials_in(parameters: Any) -> list[tuple[str, str]]:
    """Type and name of each ``"credential": {"type", "name"}``, each once.

    Only what is written out counts: an expression or a reference names none, so that no item decides
    which credential a step uses.
    """
    found: dict[tuple[str, str], None] = {}
    todo = [parameters]
    while todo:
        value = todo.pop()
        if isinstance(value, list | tuple):
            todo.extend(value)
        elif isinstance(value, Mapping):
            named = value.get(FIELD)
            if isinstance(named, Mapping) and _is_written_out(named):
                found[(named["type"], named["name"])] = None
            todo.extend(value.values())
    return sorted(found)


def _is_written_out(named: Mapping[str, Any]) -> bool:
    if set(named) != {"type", "name"}:
        return False
    texts = (named["type"], named["name"])
    return all(isinstance(text, str) and not text.startswith("$") and "{{" not in text for text in texts)
