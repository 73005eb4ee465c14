"""errorTrigger: starts when an execution of another workflow fails."""

from __future__ import annotations

from n8n_import.expressions import code
from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Node

_ERROR = "{message: $json.error?.message, name: $json.error?.type, stack: $json.error?.message}"
SHAPE = {
    "execution": code(
        "({id: $json.execution, url: $json.url, mode: $json.mode, lastNodeExecuted: $json.error?.step, "
        f"error: {_ERROR}}})"
    ),
    "workflow": code("({id: $json.flow, name: $json.name ?? $json.flow})"),
}


def translate(node: Node, context: Context) -> list[Draft]:
    """No parameters. The item is given n8n's shape, since expressions behind it read that."""
    return [Draft("trigger.error"), Draft("data.set", {"fields": SHAPE, "keep": "none", "dots": False})]


NODES = (NodeType("n8n-nodes-base.errorTrigger", (1,), translate, "trigger.error", trigger=True),)
