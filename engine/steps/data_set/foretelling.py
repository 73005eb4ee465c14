"""What data.set will do, in words that the guest understands, for a step that does nothing but set fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_PLAIN = {"values", "fields", "keep", "dots", "onConversionError", "files"}
"""Parameters whose meaning is known here; a step with others is not foretold."""


def rule_of(parameters: Mapping[str, Any], templates: Sequence[str]) -> dict[str, Any] | None:
    """A rule of :class:`engine.ports.sandbox.Ahead`, or None. A rule that foretells wrong does no harm: what
    follows is then asked for again."""
    keep = parameters.get("keep", "all")
    if not set(parameters) <= _PLAIN or keep not in ("all", "none"):
        return None
    columns = {template: column for column, template in enumerate(templates)}
    fields = [
        [name, None, *_source(value, columns)] for name, value in _mapping(parameters, "fields").items()
    ]
    for value in parameters.get("values") or ():
        if not isinstance(value, Mapping):
            return None
        fields.append([value.get("name"), value.get("type"), *_source(value.get("value"), columns)])
    if not all(_is_plain(name) for name, *_ in fields):
        return None
    return {"follow": "fields", "keep": keep == "all", "fields": fields}


def _mapping(parameters: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = parameters.get(name)
    return value if isinstance(value, Mapping) else {}


def _source(value: Any, columns: Mapping[str, int]) -> tuple[int | None, Any]:
    column = columns.get(value) if isinstance(value, str) else None
    return column, None if column is not None else value


def _is_plain(name: Any) -> bool:
    return isinstance(name, str) and bool(name) and not set(name) & set(".[{")
