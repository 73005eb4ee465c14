"""switch: sends each item to the output that fits it."""

from __future__ import annotations

from n8n_import.nodes.conditions import OPERATORS
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Json, Node, objects

OUTPUTS_OLD = 4


def translate(node: Node, context: Context) -> Draft:
    """Rules in order; version 3 has an output per rule, older ones four in all."""
    if node.param("mode", "rules") != "rules":
        raise Unsupported("choosing the output by an expression is not done here yet")
    cases = _older(node, context) if node.version < 3 else _newer(node, context)
    if not cases:
        raise Unsupported("it has no rules")
    if node.version < 3 and len({case["name"] for case in cases}) < len(cases):
        raise Unsupported("two rules lead to one output, which is not done here yet")
    names = tuple(case["name"] for case in cases)
    loose = node.param("options.looseTypeValidation", node.version < 3) is True
    every = node.param("options.allMatchingOutputs") is True
    parameters = {"cases": cases, "loose": loose, "allMatching": every}
    return Draft("logic.switch", parameters, outputs=_outputs(node, names))


def _outputs(node: Node, names: tuple[str, ...]) -> tuple[str, ...]:
    if node.version >= 3:
        return (*names, "otherwise")
    fallback = node.param("fallbackOutput", -1)
    found = [str(number) for number in range(OUTPUTS_OLD)]
    if isinstance(fallback, int) and 0 <= fallback < OUTPUTS_OLD:
        found[fallback] = "otherwise" if found[fallback] not in names else found[fallback]
    return tuple(found)


def _older(node: Node, context: Context) -> list[Json]:
    value = context.param("value1")
    cases = []
    for rule in objects(context.param("rules.rules")):
        number = rule.get("output", 0)
        case = _case(str(number), rule.get("operation", "equal"), value, rule.get("value2"))
        cases.append(case)
    return cases


def _newer(node: Node, context: Context) -> list[Json]:
    cases = []
    for number, rule in enumerate(objects(context.param("rules.values", context.param("rules.rules")))):
        conditions = objects(rule.get("conditions", {}).get("conditions"))
        if len(conditions) != 1:
            raise Unsupported("a rule of several conditions is not known here yet")
        one = conditions[0]
        operation = (one.get("operator") or {}).get("operation", "equals")
        cases.append(_case(str(number), operation, one.get("leftValue"), one.get("rightValue")))
    return cases


def _case(name: str, operation: object, value: object, other: object) -> Json:
    if operation not in OPERATORS:
        raise Unsupported(f"the operation {operation!r} is not known here yet")
    return {"name": name, "value": value, "operator": OPERATORS[str(operation)], "compareTo": other}


NODES = (NodeType("n8n-nodes-base.switch", (1, 2, 3, 3.1, 3.2, 3.3, 3.4), translate, "logic.switch"),)
