"""sort: puts items into another order."""

from __future__ import annotations

from n8n_import.names import chosen, dots, field_name
from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Node

DEFAULT = "return a.json.myField < b.json.myField ? -1 : a.json.myField > b.json.myField ? 1 : 0;"


def translate(node: Node, context: Context) -> Draft:
    """By fields, at random, or by code."""
    kind = chosen(node, "type", "simple")
    if kind == "random":
        return Draft("data.sort", {"by": "random"})
    if kind == "code":
        return Draft("data.sort", {"by": "code", "code": node.text("code", DEFAULT)})
    fields = [
        {"field": field_name(entry.get("fieldName")), "order": entry.get("order", "ascending")}
        for entry in node.entries("sortFieldsUi.sortField")
    ]
    return Draft("data.sort", {"fields": fields, "dots": dots(context)})


NODES = (NodeType("n8n-nodes-base.sort", (1,), translate, "data.sort"),)
