"""rssFeedRead: a feed is fetched, and its entries read."""

from __future__ import annotations

from n8n_import.expressions import code
from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Json, Node


def translate(node: Node, context: Context) -> list[Draft]:
    """Two steps: the request, and the reading of what it gives."""
    context.ignores("options.customFields")
    request: Json = {
        "url": context.param("url", ""),
        "bodyOnly": True,
        "response": {"format": "text", "property": "data"},
    }
    if node.param("options.ignoreSSL") is True:
        request["tls"] = {"verify": False}
    return [Draft("http.request", request), Draft("data.feed", {"source": code("$json.data")})]


NODES = (NodeType("n8n-nodes-base.rssFeedRead", (1, 1.1, 1.2), translate, "data.feed"),)
