"""if: sends each item to true or false."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Node, objects

OPERATORS = {
    "equal": "equals",
    "equals": "equals",
    "notEqual": "notEquals",
    "notEquals": "notEquals",
    "larger": "greater",
    "largerEqual": "greaterOrEqual",
    "smaller": "less",
    "smallerEqual": "lessOrEqual",
    "gt": "greater",
    "gte": "greaterOrEqual",
    "lt": "less",
    "lte": "lessOrEqual",
    "contains": "contains",
    "notContains": "notContains",
    "startsWith": "startsWith",
    "endsWith": "endsWith",
    "isEmpty": "isEmpty",
    "isNotEmpty": "isNotEmpty",
    "empty": "isEmpty",
    "notEmpty": "isNotEmpty",
    "exists": "exists",
    "notExists": "notExists",
    "true": "isTrue",
    "false": "isFalse",
}


def translate(node: Node, context: Context) -> Draft:
    """Version 1 lists conditions by type, version 2 with an operator each."""
    conditions = list(_old(node, context) if node.version < 2 else _new(node, context))
    anyone = node.param("combineOperation") == "any" or node.param("conditions.combinator") == "or"
    return Draft(
        "logic.condition",
        {"conditions": conditions, "combine": "any" if anyone else "all", "loose": _loose(node)},
    )


def _loose(node: Node) -> bool:
    return node.version < 2 or node.param("conditions.options.typeValidation", "loose") == "loose"


def _old(node: Node, context: Context) -> Iterator[dict[str, Any]]:
    for listed in context.param("conditions", {}).values():
        for one in objects(listed):
            yield _condition(one.get("operation", "equal"), one.get("value1"), one.get("value2"))


def _new(node: Node, context: Context) -> Iterator[dict[str, Any]]:
    for one in objects(context.param("conditions.conditions")):
        operator: Mapping[str, Any] = one.get("operator") or {}
        yield _condition(operator.get("operation", "equals"), one.get("leftValue"), one.get("rightValue"))


def _condition(operation: Any, value: Any, other: Any) -> dict[str, Any]:
    if operation not in OPERATORS:
        raise Unsupported(f"the operation {operation!r} is not known here yet")
    return {"value": value, "operator": OPERATORS[operation], "compareTo": other}


NODES = (NodeType("n8n-nodes-base.if", (1, 2, 2.1, 2.2, 2.3), translate, "logic.condition"),)
