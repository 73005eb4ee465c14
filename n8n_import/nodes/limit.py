"""limit: keeps the first or the last items."""

from __future__ import annotations

from n8n_import.names import chosen
from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Node


def translate(node: Node, context: Context) -> Draft:
    """``maxItems`` and ``keep``."""
    keep = "last" if chosen(node, "keep", "firstItems") == "lastItems" else "first"
    return Draft("data.limit", {"count": context.param("maxItems", 1), "keep": keep})


NODES = (NodeType("n8n-nodes-base.limit", (1,), translate, "data.limit"),)
