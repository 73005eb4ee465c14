"""Triggers by hand: manualTrigger and the older start."""

from __future__ import annotations

from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Node


def translate(node: Node, context: Context) -> Draft:
    """Starts a flow by hand; it has no parameters."""
    return Draft("trigger.manual")


NODES = (
    NodeType("n8n-nodes-base.manualTrigger", (1,), translate, "trigger.manual", trigger=True),
    NodeType("n8n-nodes-base.start", (1,), translate, "trigger.manual", trigger=True),
)
