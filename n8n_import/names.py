"""Names of fields as n8n's nodes write them: text with commas, a list, or a list of objects."""

from __future__ import annotations

from typing import Any

from n8n_import.expressions import converted, is_expression
from n8n_import.translating import Context
from n8n_import.words import Node, objects


def field_names(node: Node, path: str, key: str = "fieldName") -> Any:
    """Field names for a step: a list, or text that is worked out for every item."""
    written = node.param(path, "")
    if isinstance(written, dict):
        listed = objects(written.get("fields"))
        return [name for name in (field_name(entry.get(key)) for entry in listed) if name]
    if isinstance(written, list):
        return [name for name in map(field_name, written) if name]
    if is_expression(written):
        return converted(written)
    return [name for name in map(field_name, str(written).split(",")) if name]


def field_name(written: Any) -> str:
    """One name; ``$json.`` before it, which n8n forgives, goes."""
    if is_expression(written):
        return str(converted(written))
    name = str(written if written is not None else "").strip().removeprefix("$json.")
    return str(converted(name))


def dots(context: Context, path: str = "options.disableDotNotation") -> bool:
    """Whether dots in names lead into objects."""
    return context.node.param(path) is not True


def chosen(node: Node, path: str, default: str) -> str:
    """A choice among a node's modes; raises ValueError where only a run can tell it."""
    value = node.param(path, default)
    if is_expression(value):
        raise ValueError(f"{path} is worked out while it runs, and must be fixed here")
    return value if isinstance(value, str) and value else default
