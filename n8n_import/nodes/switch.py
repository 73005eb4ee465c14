"""switch: sends each item to the output that fits it."""

from __future__ import annotations

from typing import Any

from n8n_import.expressions import is_expression
from n8n_import.names import chosen
from n8n_import.nodes.conditions import constant, is_loose, listed, script
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Json, Node, at, objects

OUTPUTS_OLD = 4


def translate(node: Node, context: Context) -> Draft:
    """By rules in their order, or by the number of an output."""
    if chosen(node, "mode", "rules") == "expression":
        count = node.param("numberOutputs", node.param("outputsAmount", OUTPUTS_OLD))
        return Draft("logic.switch", {"output": context.param("output", 0), "outputs": int(count)})
    return _newer(node, context) if node.version >= 3 else _older(node, context)


def _older(node: Node, context: Context) -> Draft:
    """Versions 1 and 2 look at one value, and each rule names its output or its place does."""
    kind = chosen(node, "dataType", "number")
    value = context.param("value1")
    cases = []
    for number, rule in enumerate(objects(context.param("rules.rules"))):
        condition = script(rule, kind, value)
        output = _place(rule.get("output"), number if node.version >= 2 else 0)
        cases.append({"name": f"rule {number}", "to": str(output), "conditions": [condition]})
    fallback = _place(node.param("fallbackOutput", -1), -1)
    count = max(len(cases), fallback + 1) if node.version >= 2 else OUTPUTS_OLD
    if fallback >= 0:
        cases.append(_always(str(fallback)))
    if not cases:
        raise Unsupported("it has no rules")
    outputs = tuple(str(number) for number in range(count))
    return Draft("logic.switch", {"cases": cases, "outputs": count}, outputs=outputs)


def _place(written: Any, otherwise: int) -> int:
    """The number of an output; ``output`` may be missing, or a key of its own."""
    return int(written) if isinstance(written, int) and not isinstance(written, bool) else otherwise


def _always(to: str) -> Json:
    return {"name": "fallback", "to": to, "value": True, "operator": "isTrue", "type": "boolean"}


def _newer(node: Node, context: Context) -> Draft:
    """Version 3 has an output for each rule, and perhaps one more for what fits none."""
    written = objects(at(node.parameters, "rules.values", node.param("rules.rules")))
    read = objects(context.param("rules.values", context.param("rules.rules")))
    fold = node.param("options.ignoreCase") is True
    cases: list[Json] = []
    for number, (rule, converted) in enumerate(zip(written, read, strict=True)):
        filters = rule.get("conditions") or {}
        conditions = list(listed(filters, converted.get("conditions") or {}, fold))
        conditions = conditions or [constant(at(filters, "combinator") == "and")]
        combine = "any" if at(filters, "combinator") == "or" else "all"
        cases.append({"name": str(number), "conditions": conditions, "combine": combine})
    if not cases:
        raise Unsupported("it has no rules")
    every = node.param("options.allMatchingOutputs") is True
    parameters: Json = {"cases": cases, "loose": _loose(node, written), "allMatching": every}
    names = [str(number) for number in range(len(written))]
    return _with_fallback(node, parameters, names)


def _loose(node: Node, rules: list[Json]) -> bool:
    return any(is_loose(node, rule.get("conditions") or {}) for rule in rules)


def _with_fallback(node: Node, parameters: Json, names: list[str]) -> Draft:
    """``none``, ``extra``, or the number of an output."""
    fallback = node.param("options.fallbackOutput", "none")
    if is_expression(fallback):
        raise Unsupported("the fallback output is worked out while it runs, and must be fixed here")
    if fallback == "extra":
        return Draft("logic.switch", parameters, outputs=(*names, "otherwise"))
    if str(fallback).isdecimal() and int(fallback) < len(names):
        return Draft("logic.switch", {**parameters, "fallback": str(fallback)}, outputs=tuple(names))
    return Draft("logic.switch", parameters, outputs=tuple(names))


NODES = (NodeType("n8n-nodes-base.switch", (1, 2, 3, 3.1, 3.2, 3.3, 3.4), translate, "logic.switch"),)
