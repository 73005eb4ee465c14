"""aggregate: many items become one."""

from __future__ import annotations

from typing import Any

from n8n_import.names import chosen, dots, field_name, field_names
from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Node


def translate(node: Node, context: Context) -> Draft:
    """Fields become lists, or whole items one list."""
    if chosen(node, "aggregate", "aggregateIndividualFields") == "aggregateAllItemData":
        return _whole(node, context)
    fields = []
    for entry in node.entries("fieldsToAggregate.fieldToAggregate"):
        name = field_name(entry.get("outputFieldName")) if entry.get("renameField") is True else ""
        field = field_name(entry.get("fieldToAggregate"))
        if field:
            fields.append({"field": field, "name": name})
    if not fields:
        raise ValueError("no field to aggregate is named")
    parameters: dict[str, Any] = {"fields": fields, "dots": dots(context), **_options(node)}
    if node.param("options.mergeLists") is True:
        parameters["mergeLists"] = True
    if node.param("options.keepMissing") is True:
        parameters["missing"] = "keep"
    return Draft("data.aggregate", parameters)


def _whole(node: Node, context: Context) -> Draft:
    parameters: dict[str, Any] = {"into": context.param("destinationFieldName", "data"), **_options(node)}
    include = chosen(node, "include", "allFields")
    if include == "specifiedFields":
        parameters["include"] = field_names(node, "fieldsToInclude")
    if include == "allFieldsExcept":
        parameters["exclude"] = field_names(node, "fieldsToExclude")
    return Draft("data.aggregate", parameters)


def _options(node: Node) -> dict[str, Any]:
    if node.param("options.includeBinaries") is not True:
        return {}
    return {"binary": True, "uniqueFiles": node.param("options.keepOnlyUnique") is True}


NODES = (NodeType("n8n-nodes-base.aggregate", (1,), translate, "data.aggregate"),)
