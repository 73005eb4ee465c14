"""xml: XML to objects and back."""

from __future__ import annotations

import re

from n8n_import.expressions import code, is_expression
from n8n_import.names import chosen
from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Json, Node

_WHOLE = re.compile(r"\s*\{\{((?:(?!\{\{|\}\}|;|//).)*)\}\}\s*", re.S)

FLAGS = {
    "explicitRoot": ("root", True),
    "trim": ("trim", False),
    "normalize": ("normalize", False),
    "normalizeTags": ("lowerNames", False),
}


def translate(node: Node, context: Context) -> Draft:
    """``xmlToJson`` reads a field of the item, ``jsonToxml`` writes the item."""
    parameters: Json = {
        "attributesName": context.param("options.attrkey", "$"),
        "textName": context.param("options.charkey", "_"),
    }
    if chosen(node, "mode", "xmlToJson") == "jsonToxml":
        return Draft("data.xml", {**parameters, **_written(node, context)})
    ignores = node.param("options.ignoreAttrs") is True
    merges = node.param("options.mergeAttrs", True) is not False
    parameters |= {
        "operation": "read",
        "source": field_value(node, "dataPropertyName", "data"),
        "attributes": "ignore" if ignores else ("merge" if merges else "group"),
        "lists": "always" if node.param("options.explicitArray") is True else "repeated",
        **{name: node.param(f"options.{path}", default) for path, (name, default) in FLAGS.items()},
    }
    return Draft("data.xml", parameters)


def _written(node: Node, context: Context) -> Json:
    return {
        "operation": "write",
        "into": context.param("dataPropertyName", "data"),
        "rootName": context.param("options.rootName", "root"),
        "declaration": node.param("options.headless") is not True,
        "cdata": node.param("options.cdata") is True,
    }


def field_value(node: Node, path: str, default: str) -> str:
    """An expression that gives the item's field whose name a parameter holds."""
    written = node.param(path) or default
    if is_expression(written):
        written = written[1:]
        if whole := _WHOLE.fullmatch(written):
            return code(f"String({whole[1].strip()}).split('.').reduce((at, part) => at?.[part], $json)")
        if "{{" in written:
            raise ValueError(f"{path} is put together while it runs, and must be one expression here")
    parts = str(written).replace("[", ".").replace("]", "").split(".")
    steps = "".join(f"?.[{converted_name(part)}]" for part in parts if part)
    return code(f"$json{steps}")


def converted_name(part: str) -> str:
    """A field's name as a JavaScript text."""
    return '"' + part.strip("'\"").replace("\\", "\\\\").replace('"', '\\"') + '"'


NODES = (NodeType("n8n-nodes-base.xml", (1,), translate, "data.xml"),)
