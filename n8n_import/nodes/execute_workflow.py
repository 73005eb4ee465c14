"""executeWorkflow and its trigger: one workflow as a step of another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from n8n_import.expressions import converted, is_expression
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Json, Node, objects

TYPES = frozenset({"string", "number", "boolean", "array", "object"})

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
        "wait": context.param("options.waitForSubWorkflow", True),
        "passOn": True,
    }
    return [*_mapping(node, context), Draft("flow.call", parameters)]


def _mapping(node: Node, context: Context) -> list[Draft]:
    """The mapped fields join those of the item, converted to their types; removed ones go."""
    fields, schema = node.param("workflowInputs.value"), objects(node.param("workflowInputs.schema"))
    gone = [str(one.get("displayName", one.get("id"))) for one in schema if one.get("removed") is True]
    fields = fields if isinstance(fields, dict) else {}
    if node.version < 1.2 or not (fields or gone):
        return []
    if is_expression(node.param("workflowId.value", node.param("workflowId"))):
        context.differs("the expression that names the workflow sees the mapped fields", "sub")
    text = node.param("workflowInputs.convertFieldsToString", False) is True
    types = {one.get("id"): one.get("type") for one in schema if text or one.get("type") != "string"}
    values = [_mapped(name, value, types) for name, value in fields.items() if name not in gone]
    made: Json = {"values": values, "drop": gone, "files": "keep", "dots": False}
    return [Draft("data.set", made)]


def _mapped(name: str, value: Any, types: Mapping[Any, Any]) -> Json:
    kind = types.get(name) if types.get(name) in TYPES else None
    return {"name": name, "type": kind, "value": converted(value)}


def translate_trigger(node: Node, context: Context) -> Draft:
    """Only declared inputs come in, of any type; those that are missing are null."""
    source = node.param("inputSource", "passthrough" if node.version < 1.1 else "workflowInputs")
    declared = _example(node) if source == "jsonExample" else objects(node.param("workflowInputs.values"))
    inputs = [
        {"name": field["name"], "required": False, "description": str(field.get("type", "string"))}
        for field in declared
        if isinstance(field.get("name"), str) and field["name"]
    ]
    if source == "passthrough" or not inputs:
        return Draft("trigger.subflow")
    return Draft("trigger.subflow", {"inputs": inputs, "others": "drop"})


def _example(node: Node) -> list[Json]:
    try:
        example = json.loads(node.text("jsonExample", "{}"))
    except ValueError:
        example = None
    if not isinstance(example, dict):
        raise Unsupported("the example of its inputs is no JSON object")
    return [{"name": name, "type": type(value).__name__} for name, value in example.items()]


NODES = (
    NodeType(
        "n8n-nodes-base.executeWorkflow",
        (1, 1.1, 1.2, 1.3),
        translate,
        "flow.call",
        differs=("a mapped value of another type than its field is converted, where n8n may fail",),
    ),
    NodeType(
        "n8n-nodes-base.executeWorkflowTrigger", (1, 1.1), translate_trigger, "trigger.subflow", trigger=True
    ),
)
