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

WRAPS_SINCE = 2.2
"""Since this version a value that is no list is taken for one with a single element."""


def translate(node: Node, context: Context) -> Draft:
    """By operation; version 3 calls aggregating concatenating."""
    operation = chosen(node, "operation", "splitOutItems")
    missing = "fail" if node.version < FAILS_BEFORE else "skip"
    if operation == "splitOutItems":
        single = "fail" if node.version < WRAPS_SINCE else "wrap"
        return split(node, context, missing=missing, single=single)
    if operation in ("aggregateItems", "concatenateItems"):
        draft = aggregate.translate(node, context)
        fails = missing == "fail" and node.param("options.keepMissing") is not True
        return Draft(draft.type, {**draft.parameters, "nowhere": "fail" if fails else "allow"})
    if operation == "removeDuplicates":
        return deduplicated(node, context, kinds="all" if node.version < 3.1 else "any")
    if operation == "sort":
        return sort.translate(node, context)
    if operation == "limit":
        return limit.translate(node, context)
    if operation == "summarize":
        draft = summarized(node, context, text_keys=True, strict=node.version < FAILS_BEFORE)
        return Draft(draft.type, {**draft.parameters, "order": "script"})
    raise Unsupported(f"the operation {operation!r} is not known here")


NODES = (NodeType("n8n-nodes-base.itemLists", (1, 2, 2.1, 2.2, 3, 3.1), translate, "data.split"),)
