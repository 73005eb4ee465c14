"""set (Edit Fields): adds, replaces or keeps fields."""

from __future__ import annotations

from typing import Any

from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Node


def translate(node: Node, context: Context) -> Draft:
    """Versions 1 and 2 list values by type, 3 in ``fields``, 3.3 in ``assignments``."""
    if node.version < 3:
        keep: Any = "none" if node.param("keepOnlySet") is True else "all"
        return _draft(node, context, _old_fields(node, context), keep)
    if node.param("mode", "manual") == "raw":
        raise Unsupported("fields written as JSON are not set here yet")
    include = node.param("include", "none" if node.version >= 3.3 else "all")
    if node.version >= 3.3 and node.param("includeOtherFields") is not True:
        include = "none"
    elif node.version >= 3.3:
        include = node.param("include", "all")
    return _draft(node, context, _fields(node, context), _kept(node, context, include))


def _draft(node: Node, context: Context, fields: dict[str, Any], keep: Any) -> Draft:
    dots = node.param("options.dotNotation", True) is not False
    return Draft("data.set", {"fields": fields, "keep": keep, "dots": dots})


def _old_fields(node: Node, context: Context) -> dict[str, Any]:
    values = context.param("values", {})
    entries = [entry for kind in values.values() if isinstance(kind, list) for entry in kind]
    return {str(entry["name"]): entry.get("value") for entry in entries if entry.get("name")}


def _fields(node: Node, context: Context) -> dict[str, Any]:
    assigned = context.param("assignments.assignments", [])
    if assigned:
        return {str(entry["name"]): entry.get("value") for entry in assigned if entry.get("name")}
    listed = context.param("fields.values", [])
    return {
        str(entry["name"]): entry.get(f"{entry.get('type', 'stringValue')}")
        for entry in listed
        if entry.get("name")
    }


def _kept(node: Node, context: Context, include: Any) -> Any:
    if include == "selected":
        return [name.strip() for name in node.text("includeFields").split(",") if name.strip()]
    if include == "except":
        raise Unsupported("leaving out named fields is not done here yet")
    return include


NODES = (NodeType("n8n-nodes-base.set", (1, 2, 3, 3.1, 3.2, 3.3, 3.4), translate, "data.set"),)
