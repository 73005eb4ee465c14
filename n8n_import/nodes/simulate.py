"""simulate: stands for a node that is not there, with data of one's own."""

from __future__ import annotations

from n8n_import.expressions import converted
from n8n_import.names import chosen
from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Node

EXAMPLE = '[{"my_field_1": "value", "my_field_2": 1}]'
"""What the node gives where nothing is written."""


def translate(node: Node, context: Context) -> Draft:
    """Its input, the first items of it, or what stands in it; it does not wait as n8n's does."""
    if node.param("executionDuration"):
        context.differs("it takes no time here", "options")
    output = chosen(node, "output", "all")
    if output == "custom":
        return Draft("data.sample", {"items": converted(node.param("jsonOutput", EXAMPLE))})
    if output == "specify":
        return Draft("data.limit", {"count": context.param("numberOfItems", 1)})
    return Draft("flow.noop")


def translate_trigger(node: Node, context: Context) -> list[Draft]:
    """A start by hand, with what stands in it."""
    items = converted(node.param("jsonOutput", EXAMPLE))
    return [Draft("trigger.manual"), Draft("data.sample", {"items": items})]


NODES = (
    NodeType("n8n-nodes-base.simulate", (1,), translate, "data.sample"),
    NodeType("n8n-nodes-base.simulateTrigger", (1,), translate_trigger, "data.sample", trigger=True),
)
