"""moveBinaryData: values into files and back."""

from __future__ import annotations

from n8n_import.names import chosen
from n8n_import.nodes.convert_to_file import options
from n8n_import.nodes.xml import field_value
from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Json, Node


def translate(node: Node, context: Context) -> Draft:
    """Out of files by default."""
    if chosen(node, "mode", "binaryToJson") == "jsonToBinary":
        return _written(node, context)
    whole = node.param("setAllData", True) is not False
    raw = node.param("options.keepAsBase64") is True
    parsed = whole or node.param("options.jsonParse") is True
    parameters: Json = {
        "format": "json" if parsed else ("base64" if raw else "text"),
        "property": context.param("sourceKey") or "data",
        "into": "" if whole else context.param("destinationKey") or "data",
        "keepFields": not whole,
        "missing": "skip",
        "keepFile": node.param("options.keepSource") is True,
        "stripMark": whole or node.param("options.stripBOM", True) is not False,
    }
    if node.param("options.encoding") and not raw:
        parameters["encoding"] = context.param("options.encoding")
    return Draft("file.extract", parameters)


def _written(node: Node, context: Context) -> Draft:
    whole = node.param("convertAllData", True) is not False
    kept = node.param("options.keepSource") is True
    parameters: Json = {**options(context), "property": context.param("destinationKey") or "data"}
    parameters |= {
        "keep": kept or not whole,
        "keepFiles": True,
        "naming": "none" if node.version < 1.1 else "file",
    }
    if whole:
        return Draft("file.create", {"mimeType": "application/json", **parameters, "format": "json"})
    if not kept:
        parameters["drop"] = context.param("sourceKey") or "data"
    if node.param("options.dataIsBase64") is True:
        kind = "base64"
    else:
        kind = "text" if node.param("options.useRawData") is True else "json"
    if node.version < 1.1:
        parameters = {"mimeType": "application/json", **parameters}
    source = field_value(node, "sourceKey", "data")
    return Draft("file.create", {**parameters, "format": kind, "source": source, "missing": "skip"})


NODES = (NodeType("n8n-nodes-base.moveBinaryData", (1, 1.1), translate, "file.extract"),)
