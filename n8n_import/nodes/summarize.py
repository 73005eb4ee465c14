"""summarize: counts, sums and lists by group."""

from __future__ import annotations

from typing import Any

from n8n_import.expressions import converted
from n8n_import.names import chosen, dots, field_name, field_names
from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Json, Node


def translate(node: Node, context: Context) -> Draft:
    """Version 1 makes text of the values to group by; 1.1 keeps their type."""
    return summarized(node, context, text_keys=node.version < 1.1, strict=node.version < 1.1)


def summarized(node: Node, context: Context, *, text_keys: bool, strict: bool) -> Draft:
    """The step; ``strict`` fails for a field that no item has."""
    allowed = node.param("options.continueIfFieldNotFound") is True or not strict
    single = chosen(node, "options.outputFormat", "separateItems") == "singleItem"
    parameters: dict[str, Any] = {
        "summaries": [_summary(entry) for entry in node.entries("fieldsToSummarize.values")],
        "groupBy": field_names(node, "fieldsToSplitBy"),
        "output": "object" if single else "items",
        "dots": dots(context),
        "keys": "text" if text_keys else "values",
        "missing": "allow" if allowed else "fail",
    }
    if node.param("options.skipEmptySplitFields") is True:
        parameters["emptyGroups"] = "drop"
    return Draft("data.summarize", parameters)


def _summary(entry: Json) -> Json:
    function = entry.get("aggregation", "count")
    summary = {"field": field_name(entry.get("field")), "function": function}
    if entry.get("includeEmpty") is True:
        summary["includeEmpty"] = True
    if function == "concatenate":
        separator = entry.get("separateBy", ",")
        summary["separator"] = converted(
            entry.get("customSeparator", "") if separator == "other" else separator
        )
    return summary


NODES = (NodeType("n8n-nodes-base.summarize", (1, 1.1), translate, "data.summarize"),)
