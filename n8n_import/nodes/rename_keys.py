"""renameKeys: fields get other names."""

from __future__ import annotations

from n8n_import.expressions import converted
from n8n_import.names import dots
from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Json, Node, at


def translate(node: Node, context: Context) -> Draft:
    """Single names, and regular expressions."""
    fields = [
        {"field": converted(entry.get("currentKey", "")), "to": converted(entry.get("newKey", ""))}
        for entry in node.entries("keys.key")
    ]
    patterns = [_pattern(entry) for entry in node.entries("additionalOptions.regexReplacement.replacements")]
    off = "additionalOptions.disableDotNotation"
    return Draft("data.rename", {"fields": fields, "patterns": patterns, "dots": dots(context, off)})


def _pattern(entry: Json) -> Json:
    return {
        "pattern": converted(entry.get("searchRegex", "")),
        "replacement": converted(entry.get("replaceRegex", "")),
        "ignoreCase": at(entry, "options.caseInsensitive") is True,
        "depth": at(entry, "options.depth", -1),
    }


NODES = (NodeType("n8n-nodes-base.renameKeys", (1,), translate, "data.rename"),)
