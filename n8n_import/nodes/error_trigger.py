"""errorTrigger: starts when an execution of another workflow fails."""

from __future__ import annotations

from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Node


def translate(node: Node, context: Context) -> Draft:
    """No parameters."""
    return Draft("trigger.error")


NODES = (NodeType("n8n-nodes-base.errorTrigger", (1,), translate, "trigger.error", trigger=True),)
