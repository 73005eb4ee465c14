"""evaluation and its trigger: rows of a table run through a workflow to measure it."""

from __future__ import annotations

from n8n_import.names import chosen
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Node

PASSING = ("setInputs", "setOutputs", "setMetrics")


def translate(node: Node, context: Context) -> Draft:
    """What it does when nothing is evaluated: items leave by ``normal``, or go on as they are."""
    context.differs("nothing is evaluated here; tests of the flow say what it must give", "options")
    operation = chosen(node, "operation", "setOutputs")
    if operation == "checkIfEvaluating":
        return Draft("logic.condition", {"value": 0, "operator": "equals", "compareTo": 1})
    if operation not in PASSING:
        raise Unsupported(f"there is no operation {operation!r}")
    return Draft("flow.noop")


def translate_trigger(node: Node, context: Context) -> Draft:
    """Refused: the rows are in a table elsewhere."""
    raise Unsupported("no flow is evaluated by the rows of a table: write them as tests of the flow")


NODES = (
    NodeType("n8n-nodes-base.evaluation", (4.6, 4.7, 4.8), translate, "flow.noop"),
    NodeType(
        "n8n-nodes-base.evaluationTrigger", (4.6, 4.7), translate_trigger, "flow.unsupported", trigger=True
    ),
)
