"""testData: items that stand in the workflow."""

from __future__ import annotations

import json

from n8n_import.expressions import converted
from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Node


def translate(node: Node, context: Context) -> Draft:
    """``data``: an array, an object, or a JSON text of either. It becomes text, since a flow's own objects
    do not keep the order of their fields."""
    data = node.param("data", [])
    written = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return Draft("data.sample", {"items": converted(written)})


NODES = (NodeType("n8n-nodes-testing.testData", (1,), translate, "data.sample"),)
