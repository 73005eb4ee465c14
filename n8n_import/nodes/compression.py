"""compression: zip and gzip, both ways."""

from __future__ import annotations

from n8n_import.names import chosen, field_names
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Json, Node


def translate(node: Node, context: Context) -> Draft:
    """Unpacks by default."""
    names = field_names(node, "binaryPropertyName") or ["data"]
    parameters: Json = {"properties": names if isinstance(names, list) else [names]}
    operation = chosen(node, "operation", "decompress")
    if operation == "decompress":
        prefix = context.param("outputPrefix") or "file_"
        return Draft("file.archive", {**parameters, "operation": "unpack", "prefix": prefix})
    if operation != "compress":
        raise Unsupported(f"the operation {operation!r} is not known")
    kind = chosen(node, "outputFormat", "zip")
    parameters |= {"operation": "pack", "format": kind}
    if kind == "gzip" and node.version < 1.1:
        parameters["name"] = "stem"
        parameters["prefix"] = context.param("outputPrefix") or "data"
        return Draft("file.archive", parameters)
    into = context.param("binaryPropertyOutput") or "data"
    name = context.param("fileName") or ("data.zip" if kind == "zip" else "data.gzip")
    parameters["single"] = kind == "gzip"
    return Draft("file.archive", {**parameters, "into": into, "fileName": name})


NODES = (NodeType("n8n-nodes-base.compression", (1, 1.1), translate, "file.archive"),)
