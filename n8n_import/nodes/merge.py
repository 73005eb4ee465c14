"""merge: makes one branch of several."""

from __future__ import annotations

from typing import Any

from n8n_import.dialect import in_sqlite, makes_lists
from n8n_import.expressions import template
from n8n_import.names import chosen, dots, field_name, field_names
from n8n_import.nodes.compare_datasets import field_pairs
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Json, Node, is_number

JOINS = {
    "keepMatches": "inner",
    "keepNonMatches": "unmatched",
    "keepEverything": "outer",
    "enrichInput1": "left",
    "enrichInput2": "right",
}
DEFAULT_QUERY = "SELECT * FROM input1 LEFT JOIN input2 ON input1.name = input2.id"
EMPTY_RESULT_SINCE = 3.2
FAILS_BEFORE = 2.1
"""Until this version a missing field was an error."""


def translate(node: Node, context: Context) -> Draft:
    """Version 1 had other modes; 2 and 3 differ in the names of parameters."""
    mode = chosen(node, "mode", "append")
    parameters: Json = {"inputs": _inputs(node)}
    if mode == "append":
        return Draft("logic.merge", {**parameters, "mode": "append"})
    if node.version < 2:
        return Draft("logic.merge", {**parameters, **_first_version(node, mode)})
    if mode == "chooseBranch":
        return Draft("logic.merge", {**parameters, **_branch(node)})
    if mode == "combineBySql":
        return Draft("logic.merge", {**parameters, **_query(node, context)})
    if mode != "combine":
        raise Unsupported(f"the mode {mode!r} of merge is not known here")
    return Draft("logic.merge", {**parameters, **_combination(node, context)})


def _inputs(node: Node) -> int:
    inputs = node.param("numberInputs", 2)
    return round(inputs) if is_number(inputs) else 2


def _combination(node: Node, context: Context) -> Json:
    """``combinationMode`` in version 2, ``combineBy`` in 3."""
    by = chosen(node, "combineBy" if node.version >= 3 else "combinationMode", "combineByFields")
    clash = _clash(node)
    if by in ("mergeByPosition", "combineByPosition"):
        unpaired = "keep" if node.param("options.includeUnpaired") is True else "drop"
        if node.version < 3:
            return {"mode": "combineByPosition", "unpaired": unpaired, "whenEmpty": "others", **clash}
        plain = {"prefer": _inputs(node)} if clash.get("clash") == "suffix" else {}
        return {"mode": "combineByPosition", "unpaired": unpaired, **clash, **plain}
    if by in ("multiplex", "combineAll"):
        return {"mode": "combineAll", **clash}
    first = {"prefer": 1} if _join(node) == "enrichInput2" and "clash" not in clash else {}
    return {"mode": "combineByFields", **_fields(node, context), **first, **clash}


def _join(node: Node) -> str:
    return chosen(node, "joinMode", "keepMatches")


def _fields(node: Node, context: Context) -> Json:
    join = _join(node)
    return {
        "inputs": 2,
        "match": _pairs(node),
        "join": JOINS[join],
        "take": chosen(node, "outputDataFrom", "both")
        if join in ("keepMatches", "keepNonMatches")
        else "both",
        "multiple": chosen(node, "options.multipleMatches", "all"),
        "fuzzy": node.param("options.fuzzyCompare") is True,
        "dots": dots(context),
        "missing": "fail" if node.version < FAILS_BEFORE else "allow",
    }


def _pairs(node: Node) -> list[Json]:
    """Version 3 names the fields in one text, unless they differ between the inputs."""
    if node.version >= 3 and node.param("advanced") is not True and node.param("fieldsToMatchString"):
        names: Any = field_names(node, "fieldsToMatchString")
        if isinstance(names, str):
            raise Unsupported("the fields to match are worked out while it runs, and must be fixed here")
        return [{"left": name} for name in names]
    return list(field_pairs(node))


def _clash(node: Node) -> Json:
    """Which field wins; objects are merged deep unless the node says otherwise."""
    written = node.param("options.clashHandling.values", {})
    clash: Json = {"depth": "shallow" if written.get("mergeMode") == "shallowMerge" else "deep"}
    if written.get("overrideEmpty") is True:
        clash["keepFilled"] = True
    resolve = str(written.get("resolveClash", ""))
    if resolve == "addSuffix":
        clash["clash"] = "suffix"
    elif resolve.startswith("preferInput") and resolve[11:].isdecimal():
        clash["prefer"] = int(resolve[11:])
    elif resolve == "preferLast":
        clash["prefer"] = None
    return clash


def _branch(node: Node) -> Json:
    output = chosen(node, "output", "input1")
    if output == "empty":
        return {"mode": "signal"}
    number = node.param("useDataOfInput", 2 if output == "input2" else 1)
    return {"mode": "chooseInput", "choose": int(number)}


def _query(node: Node, context: Context) -> Json:
    success = node.version < EMPTY_RESULT_SINCE
    if node.param("options.emptyQueryResult") is not None:
        success = node.param("options.emptyQueryResult") == "success"
    written = node.text("query", DEFAULT_QUERY).removeprefix("=")
    if makes_lists(written):
        context.differs("ARRAY() is no function of its SQL here; json_group_array() gives a list as text")
    query = template(in_sqlite(written))
    return {"mode": "sql", "query": query, "nulls": "drop", "emptyResult": "success" if success else "none"}


def _first_version(node: Node, mode: str) -> Json:
    pair = {"left": field_name(node.param("propertyName1")), "right": field_name(node.param("propertyName2"))}
    by_key: Json = {"mode": "lookup", "match": [pair]}
    if mode == "keepKeyMatches":
        return {**by_key, "join": "inner"}
    if mode == "removeKeyMatches":
        return {**by_key, "join": "unmatched"}
    if mode == "mergeByKey":
        overwrite = chosen(node, "overwrite", "always")
        keeps = {"blank": {"prefer": 1, "keepFilled": True}, "undefined": {"prefer": 1}}
        return {**by_key, "join": "left", **keeps.get(overwrite, {})}
    if mode == "mergeByIndex":
        unpaired = {"inner": "drop", "outer": "keep"}.get(chosen(node, "join", "left"), "first")
        return {"mode": "combineByPosition", "unpaired": unpaired}
    if mode == "multiplex":
        return {"mode": "combineAll"}
    if mode == "wait":
        return {"mode": "signal"}
    if mode == "passThrough":
        return {"mode": "chooseInput", "choose": 2 if node.text("output") == "input2" else 1}
    raise Unsupported(f"the mode {mode!r} of merge is not known here")


NODES = (NodeType("n8n-nodes-base.merge", (1, 2, 2.1, 3, 3.1, 3.2), translate, "logic.merge"),)
