"""testData: items that stand in the workflow."""

from __future__ import annotations

from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Node


def translate(node: Node, context: Context) -> Draft:
    """``data``: an array, an object, or a JSON text of either."""
    return Draft("data.sample", {"items": context.param("data", [])})


NODES = (NodeType("n8n-nodes-testing.testData", (1,), translate, "data.sample"),)
