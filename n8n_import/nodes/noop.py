"""noOp: passes its items on."""

from __future__ import annotations

from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Node


def translate(node: Node, context: Context) -> Draft:
    """No parameters."""
    return Draft("flow.noop")


NODES = (NodeType("n8n-nodes-base.noOp", (), translate, "flow.noop"),)
