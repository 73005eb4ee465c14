"""splitOut: elements of a list become items."""

from __future__ import annotations

from typing import Any

from n8n_import.names import chosen, dots, field_names
from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Node

INCLUDES = {"noOtherFields": "none", "allOtherFields": "all", "selectedOtherFields": "selected"}
FILES = "$binary"


def translate(node: Node, context: Context) -> Draft:
    """One field or several, other fields along with them or not."""
    return split(node, context)


def split(node: Node, context: Context, **more: Any) -> Draft:
    """The step, with what older nodes do otherwise."""
    include = INCLUDES[chosen(node, "include", "noOtherFields")]
    fields = field_names(node, "fieldToSplitOut")
    parameters: dict[str, Any] = {"fields": fields, "include": include, "dots": dots(context)}
    if include == "none" and not node.param("options.destinationFieldName"):
        parameters["spread"] = True
    if node.text("fieldToSplitOut").strip() == FILES:
        parameters |= {"fields": [], "files": True}
    into = field_names(node, "options.destinationFieldName")
    if into and not parameters.get("files"):
        parameters["into"] = into
    if include == "selected":
        parameters["includeFields"] = field_names(node, "fieldsToInclude")
    if node.param("options.includeBinary") is True:
        parameters["binary"] = True
    return Draft("data.split", {**parameters, **more})


NODES = (NodeType("n8n-nodes-base.splitOut", (1,), translate, "data.split"),)
