"""itemLists: the older node for lists, which does what several nodes do now."""

from __future__ import annotations

from n8n_import.names import chosen
from n8n_import.nodes import aggregate, limit, sort
from n8n_import.nodes.remove_duplicates import deduplicated
from n8n_import.nodes.split_out import split
from n8n_import.nodes.summarize import summarized
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Node

FAILS_BEFORE = 2.1
"""Until this version a missing field was an error."""


def translate(node: Node, context: Context) -> Draft:
    """By operation; version 3 calls aggregating concatenating."""
    operation = chosen(node, "operation", "splitOutItems")
    missing = "fail" if node.version < FAILS_BEFORE else "skip"
    if operation == "splitOutItems":
        single = "fail" if node.version < FAILS_BEFORE else "wrap"
        return split(node, context, missing=missing, single=single)
    if operation in ("aggregateItems", "concatenateItems"):
        draft = aggregate.translate(node, context)
        return Draft(draft.type, {**draft.parameters, "nowhere": "fail" if missing == "fail" else "allow"})
    if operation == "removeDuplicates":
        return deduplicated(node, context, strict=True)
    if operation == "sort":
        return sort.translate(node, context)
    if operation == "limit":
        return limit.translate(node, context)
    if operation == "summarize":
        return summarized(node, context, text_keys=True, strict=node.version < FAILS_BEFORE)
    raise Unsupported(f"the operation {operation!r} is not known here")


NODES = (NodeType("n8n-nodes-base.itemLists", (1, 2, 2.1, 2.2, 3, 3.1), translate, "data.split"),)
