"""set (Edit Fields): adds, replaces or keeps fields."""

from __future__ import annotations

from typing import Any

from n8n_import.expressions import converted, is_expression, json_text, through
from n8n_import.names import chosen, field_names
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Json, Node

OLD_NAME = "propertyName"
OLD_VALUES = {"boolean": False, "number": 0, "string": ""}
"""What the first versions set, in this order, where no value is written."""

LISTED_VALUES = {"boolean": "true", "object": "={}"}
TYPES = frozenset({"string", "number", "boolean", "array", "object"})
EXAMPLE = '{"my_field_1": "value", "my_field_2": 1}'
SHOWN = "(v) => v === undefined || v === null ? String(v) : v"
AS_DATE = "(v) => v === undefined || v === null ? null : String(v).toDateTime().toISO()"


def translate(node: Node, context: Context) -> Draft:
    """Versions 1 and 2 list values by type, 3 in ``fields``, 3.3 in ``assignments``."""
    dots = node.param("options.dotNotation", True) is not False
    parameters: Json = {"dots": dots}
    if node.version < 3:
        keep = "none" if node.param("keepOnlySet") is True else "all"
        return Draft("data.set", {**parameters, "values": _old(node), "keep": keep})
    if chosen(node, "mode", "manual") == "raw":
        parameters["json"] = _raw(node.param("jsonOutput", EXAMPLE))
    elif node.version >= 3.3:
        parameters["values"] = [_assigned(one) for one in node.entries("assignments.assignments")]
    else:
        parameters["values"] = [_listed(one, node.version) for one in node.entries("fields.values")]
    if not dots:
        parameters["values"] = [{**one, "name": _bared(one["name"])} for one in parameters.get("values", [])]
    if node.param("options.ignoreConversionErrors") is True:
        parameters["onConversionError"] = "keep"
    if node.version == 3.1:
        parameters["nulls"] = "fail"
    if node.param("duplicateItem") is True:
        parameters |= {"copies": context.param("duplicateCount", 0), "copiesFor": "manual"}
    return Draft("data.set", {**parameters, **_kept(node), "files": _files(node)})


def _old(node: Node) -> list[Json]:
    """Version 1 takes numbers as they are, version 2 makes numbers of text that says one."""
    types = {"boolean": "truth", "number": "numeral" if node.version >= 2 else None, "string": None}
    fields = []
    for kind, otherwise in OLD_VALUES.items():
        for one in node.entries(f"values.{kind}"):
            name, value = one.get("name", OLD_NAME), one.get("value", otherwise)
            made = converted(value) if kind == "boolean" else through("$asIs", value)
            fields.append({"name": converted(name), "type": types[kind], "value": made})
    return fields


def _assigned(one: Json) -> Json:
    name, kind, value = converted(one.get("name", "")), one.get("type", "string"), one.get("value", "")
    if kind == "binary":
        raise Unsupported(f"it sets a file, {name!r}, which is not done here")
    if kind == "dateTime":
        return {"name": name, "type": None, "value": through(AS_DATE, value)}
    return {"name": name, "type": kind if kind in TYPES else None, "value": converted(value)}


def _listed(one: Json, version: float) -> Json:
    """``{"name", "type": "numberValue", "numberValue": ...}``, text by default. In version 3 text says
    ``null`` and ``undefined``."""
    key = one.get("type", "stringValue")
    kind = str(key).removesuffix("Value")
    value = one.get(key, LISTED_VALUES.get(kind, ""))
    if kind == "object":
        value = _raw(value)
    else:
        value = through(SHOWN, value) if kind == "string" and version == 3 else converted(value)
    return {"name": converted(one.get("name", "")), "type": kind if kind in TYPES else None, "value": value}


def _bared(name: str) -> str:
    """The name inside ``['...']``, which stands for a name with dots in it."""
    return name[2:-2] if name[:2] in ("['", '["') and name[-2:] in ("']", '"]') else name


def _raw(written: Any) -> Any:
    """Text with expressions inside it is JSON once they are worked out."""
    return json_text(written[1:]) if is_expression(written) else converted(written)


def _kept(node: Node) -> Json:
    include = chosen(node, "include", "all")
    if node.version >= 3.3:
        includes = node.param("includeOtherFields", False)
        include = include if includes is True else "none"
    if include == "selected":
        names = field_names(node, "includeFields")
        inside = not isinstance(names, list) or any("." in name for name in names)
        return {"keep": names, **({"keptAs": "name"} if inside else {})}
    if include == "except":
        return {"keep": "all", "drop": field_names(node, "excludeFields")}
    return {"keep": "none" if include == "none" else "all"}


def _files(node: Node) -> str:
    """Files stay where an option says so; since 3.4 they go with the other fields unless it says no."""
    if node.version >= 3.4:
        others = node.param("includeOtherFields", False) is True
        return "keep" if others and node.param("options.stripBinary") is not True else "drop"
    return "keep" if node.param("options.includeBinary") is True else "drop"


NODES = (
    NodeType(
        "n8n-nodes-base.set",
        (1, 2, 3, 3.1, 3.2, 3.3, 3.4, 3.5),
        translate,
        "data.set",
        differs=("a field of the type binary, which sets a file, is refused",),
    ),
)
