"""timeSaved: tells n8n how much time a workflow saves."""

from __future__ import annotations

from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Node


def translate(node: Node, context: Context) -> Draft:
    """Its items go on unchanged."""
    context.differs("saved time is not counted", "options")
    return Draft("flow.noop")


NODES = (NodeType("n8n-nodes-base.timeSaved", (1,), translate, "flow.noop"),)
