"""set (Edit Fields): adds, replaces or keeps fields."""

from __future__ import annotations

from typing import Any

from n8n_import.expressions import converted
from n8n_import.names import chosen, field_names
from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Json, Node

OLD_NAME = "propertyName"
OLD_VALUES = {"string": "", "number": 0, "boolean": False}
TYPES = frozenset({"string", "number", "boolean", "array", "object"})


def translate(node: Node, context: Context) -> Draft:
    """Versions 1 and 2 list values by type, 3 in ``fields``, 3.3 in ``assignments``."""
    parameters: Json = {"dots": node.param("options.dotNotation", True) is not False}
    if node.version < 3:
        keep = "none" if node.param("keepOnlySet") is True else "all"
        return Draft("data.set", {**parameters, "values": _old(node), "keep": keep})
    if chosen(node, "mode", "manual") == "raw":
        parameters["json"] = _raw(node)
    elif node.version >= 3.3:
        parameters["values"] = [_assigned(one) for one in node.entries("assignments.assignments")]
    else:
        parameters["values"] = [_listed(one) for one in node.entries("fields.values")]
    if node.param("options.ignoreConversionErrors") is True:
        parameters["onConversionError"] = "keep"
    if node.param("duplicateItem") is True:
        parameters["copies"] = context.param("duplicateCount", 0)
    return Draft("data.set", {**parameters, **_kept(node), "files": _files(node)})


def _old(node: Node) -> list[Json]:
    """Version 1 takes values as they are, version 2 makes numbers of what is listed as one."""
    values = node.param("values", {})
    fields = []
    for kind in values:
        for one in node.entries(f"values.{kind}"):
            name, value = one.get("name", OLD_NAME), one.get("value", OLD_VALUES.get(kind))
            wanted = "number" if kind == "number" and node.version >= 2 else None
            fields.append({"name": converted(name), "type": wanted, "value": converted(value)})
    return [field for field in fields if field["name"]]


def _assigned(one: Json) -> Json:
    kind = one.get("type", "string")
    wanted = kind if kind in TYPES else None
    return {"name": converted(one.get("name", "")), "type": wanted, "value": converted(one.get("value", ""))}


def _listed(one: Json) -> Json:
    """``{"name", "type": "numberValue", "numberValue": ...}``, text by default."""
    key = one.get("type", "stringValue")
    kind = str(key).removesuffix("Value")
    value = one.get(key, False if kind == "boolean" else "")
    return {
        "name": converted(one.get("name", "")),
        "type": kind if kind in TYPES else None,
        "value": converted(value),
    }


def _raw(node: Node) -> Any:
    """Text with expressions inside it is JSON once they are worked out."""
    written = node.param("jsonOutput", "{}")
    return converted(written)


def _kept(node: Node) -> Json:
    include = chosen(node, "include", "all")
    if node.version >= 3.3:
        includes = node.param("includeOtherFields", False)
        include = include if includes is True else "none"
    if include == "selected":
        return {"keep": field_names(node, "includeFields")}
    if include == "except":
        return {"keep": "all", "drop": field_names(node, "excludeFields")}
    return {"keep": "none" if include == "none" else "all"}


def _files(node: Node) -> str:
    """Files stay unless the option says otherwise; since 3.4 they go with the other fields."""
    if node.version >= 3.4:
        strips = node.param("options.stripBinary", True) is not False
        others = node.param("includeOtherFields", False) is True
        return "keep" if others and not strips else "drop"
    return "drop" if node.param("options.includeBinary") is False else "keep"


NODES = (NodeType("n8n-nodes-base.set", (1, 2, 3, 3.1, 3.2, 3.3, 3.4), translate, "data.set"),)
