"""if and filter: items for which conditions hold, and the others."""

from __future__ import annotations

from collections.abc import Iterator
from operator import ge, gt, le, lt
from typing import Any

from n8n_import.expressions import converted, through
from n8n_import.names import chosen
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Json, Node, at, is_number, objects

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
    "notStartsWith": "notStartsWith",
    "endsWith": "endsWith",
    "notEndsWith": "notEndsWith",
    "regex": "matches",
    "notRegex": "notMatches",
    "after": "after",
    "before": "before",
    "afterOrEquals": "afterOrEqual",
    "beforeOrEquals": "beforeOrEqual",
    "lengthEquals": "lengthEquals",
    "lengthNotEquals": "lengthNotEquals",
    "lengthGt": "lengthGreater",
    "lengthGte": "lengthGreaterOrEqual",
    "lengthLt": "lengthLess",
    "lengthLte": "lengthLessOrEqual",
    "isEmpty": "isEmpty",
    "isNotEmpty": "isNotEmpty",
    "empty": "isEmpty",
    "notEmpty": "isNotEmpty",
    "exists": "exists",
    "notExists": "notExists",
    "true": "isTrue",
    "false": "isFalse",
}
FIRST_OPERATION = {"number": "smaller", "dateTime": "after"}
FIRST_VALUE = {"boolean": False, "number": 0, "string": "", "dateTime": ""}
"""What version 1 takes where an operation or a value to compare with is not written."""

NUMBERS = ("number", "numeral")
ORDERS = {"less": lt, "lessOrEqual": le, "greater": gt, "greaterOrEqual": ge}
TYPES = frozenset({"string", "number", "boolean", "dateTime", "array", "object", "any"})


def translate_if(node: Node, context: Context) -> Draft:
    """True leaves by the first output."""
    return Draft("logic.condition", parameters(node, context, "combineOperation", "any"))


def translate_filter(node: Node, context: Context) -> Draft:
    """What fits leaves by the first output; the node shows no other."""
    return Draft("logic.filter", parameters(node, context, "combineConditions", "OR"))


def parameters(node: Node, context: Context, combine: str, anyone: str) -> Json:
    """Version 1 lists conditions by type, version 2 with an operator each."""
    if node.version < 2:
        conditions = list(_old(node, context))
        some = chosen(node, combine, "") == anyone
        loose = True
    else:
        written = node.param("conditions", {})
        conditions = list(listed(written, context.param("conditions", {}), _ignores_case(node)))
        some = at(written, "combinator") == "or"
        loose = is_loose(node, written)
    if not conditions:
        conditions = [constant(node.version < 2 or at(written, "combinator") == "and")]
    return {"conditions": conditions, "combine": "any" if some else "all", "loose": loose}


def constant(holds: bool) -> Json:
    """A condition that always holds, or never."""
    return {"value": True, "operator": "isTrue" if holds else "isFalse", "type": "boolean"}


def is_loose(node: Node, written: Json) -> bool:
    """Whether types are converted: as the node's own option says, else as its conditions say."""
    if True in (node.param("options.looseTypeValidation"), node.param("looseTypeValidation")):
        return True
    return at(written, "options.typeValidation", "loose") != "strict"


def _ignores_case(node: Node) -> bool:
    return node.param("options.ignoreCase") is True


def _old(node: Node, context: Context) -> Iterator[Json]:
    for kind, entries in context.param("conditions", {}).items():
        for one in objects(entries):
            yield script(one, kind, one.get("value1", FIRST_VALUE.get(kind)))


def script(one: Json, kind: str, value: Any) -> Json:
    """A condition of the first versions, which compare as JavaScript does."""
    operation = one.get("operation", FIRST_OPERATION.get(kind, "equal"))
    other = one.get("value2", FIRST_VALUE.get(kind))
    return {"value": value, "operator": _operator(operation), "compareTo": other, "type": "script"}


def listed(written: Json, conditions: Any, ignore_case: bool) -> Iterator[Json]:
    """The conditions of a filter parameter, converted."""
    fold = ignore_case or at(written, "options.caseSensitive", True) is False
    raw = objects(written.get("conditions"))
    for one, before in zip(objects(conditions.get("conditions")), raw, strict=True):
        operator = one.get("operator")
        operator = (
            operator if isinstance(operator, dict) else {"type": "any", "operation": operator or "equals"}
        )
        name = _operator(operator.get("operation", "equals"))
        kind = _kind(operator.get("type", "any"), written)
        value = one.get("leftValue")
        if kind in NUMBERS and name in ORDERS:
            value = _ordered(name, before.get("leftValue"), before.get("rightValue"))
        other = one.get("rightValue")
        if other == "" and name.startswith("length") and _is_old(written):
            other = 0
        made = {"value": value, "operator": name, "compareTo": other, "type": kind}
        yield {**made, "ignoreCase": True} if fold else made


def _kind(kind: Any, written: Json) -> str:
    """The type of a comparison, which newer versions of the parameter take in a narrower sense."""
    version = at(written, "options.version", 1)
    old = version if is_number(version) else 1
    if kind == "number" and old < 3:
        return "numeral"
    if kind == "boolean" and old < 2 and at(written, "options.typeValidation") != "strict":
        return "truth"
    return kind if kind in TYPES else "any"


def _is_old(written: Json) -> bool:
    """Whether empty text is the number 0, as in older versions of the parameter that convert types."""
    version = at(written, "options.version", 1)
    return not (is_number(version) and version >= 3) and at(written, "options.typeValidation") != "strict"


def _ordered(name: str, left: Any, right: Any) -> Any:
    """A value to put in order: what is not there is neither less nor greater than a number, though null
    counts as 0. Where 0 would not fit either, the value is as it is written."""
    plain = is_number(right) and not ORDERS[name](0, right)
    return converted(left) if plain else through("$asIs", left)


def _operator(operation: Any) -> str:
    if operation not in OPERATORS:
        raise Unsupported(f"the operation {operation!r} is not known here")
    return OPERATORS[operation]


NODES = (
    NodeType("n8n-nodes-base.if", (1, 2, 2.1, 2.2, 2.3), translate_if, "logic.condition"),
    NodeType("n8n-nodes-base.filter", (1, 2, 2.1, 2.2, 2.3), translate_filter, "logic.filter"),
)
