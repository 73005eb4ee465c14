"""executeWorkflow and its trigger: one workflow as a step of another."""

from __future__ import annotations

from typing import Any

from n8n_import.expressions import is_expression
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Node, objects

TYPES = {"string": "string", "number": "number", "boolean": "boolean", "array": "list", "object": "object"}

ELSEWHERE = {
    "parameter": "a workflow written into a parameter is not called here; make one of its own of it",
    "localFile": "a workflow in a file is not called here; import the file, and name the workflow",
    "url": "a workflow at a URL is not called here: what runs must be known before; import it, and name it",
}
"""Why workflows that are kept elsewhere are refused."""


def translate(node: Node, context: Context) -> list[Draft]:
    """The workflow is named by its id, or by its name where it is in the same export. Fields that are
    mapped are made by a step in front of the call."""
    source = node.param("source", "database")
    if source != "database":
        raise Unsupported(ELSEWHERE.get(str(source), f"a workflow taken from {source!r} is not called here"))
    called = context.param("workflowId", "")
    if not isinstance(called, str | int) or called == "":
        raise Unsupported("it names no workflow to call")
    text = str(called)
    parameters: dict[str, Any] = {
        "flow": text if "{{" in text else context.flow_id(text),
        "mode": "each" if node.param("mode", "once") == "each" else "all",
        "wait": node.param("options.waitForSubWorkflow", True) is not False,
    }
    return [*_mapping(node, context), Draft("flow.call", parameters)]


def _mapping(node: Node, context: Context) -> list[Draft]:
    fields = context.param("workflowInputs.value", {})
    if node.param("workflowInputs.mappingMode") != "defineBelow" or not fields:
        return []
    if is_expression(node.param("workflowId.value", node.param("workflowId"))):
        context.differs("the expression that names the workflow sees the mapped fields", "sub")
    return [Draft("data.set", {"fields": fields, "keep": "none", "dots": False})]


def translate_trigger(node: Node, context: Context) -> Draft:
    """Declared inputs are checked where they are listed."""
    inputs = [
        {"name": field["name"], "type": TYPES.get(str(field.get("type")), "any"), "required": False}
        for field in objects(node.param("workflowInputs.values"))
        if isinstance(field.get("name"), str) and field["name"]
    ]
    return Draft("trigger.subflow", {"inputs": inputs} if inputs else {})


NODES = (
    NodeType("n8n-nodes-base.executeWorkflow", (1, 1.1, 1.2, 1.3), translate, "flow.call"),
    NodeType(
        "n8n-nodes-base.executeWorkflowTrigger", (1, 1.1), translate_trigger, "trigger.subflow", trigger=True
    ),
)
