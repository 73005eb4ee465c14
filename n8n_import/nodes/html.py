"""html and htmlExtract: values out of HTML, and HTML made of items."""

from __future__ import annotations

from n8n_import.expressions import converted, template
from n8n_import.names import chosen, field_names
from n8n_import.nodes.xml import field_value
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Json, Node

TEXT_WITH_LINES_SINCE = 1.2

ATTRIBUTES = {
    "tableAttributes": "tableAttributes",
    "headAttributes": "headerAttributes",
    "rowAttributes": "rowAttributes",
    "cellAttributes": "cellAttributes",
}
"""Parameters for the attributes of a table's parts, ours and theirs."""


def translate(node: Node, context: Context) -> Draft:
    """By operation; generating a text is the default."""
    operation = chosen(node, "operation", "generateHtmlTemplate")
    if operation == "generateHtmlTemplate":
        written = node.text("html")
        return Draft("data.html", {"operation": "generate", "html": template(written.removeprefix("="))})
    if operation == "extractHtmlContent":
        return _extracted(node, context, lines=node.version >= TEXT_WITH_LINES_SINCE)
    if operation != "convertToHtmlTable":
        raise Unsupported(f"the operation {operation!r} is not known here")
    return _table(node, context)


def _table(node: Node, context: Context) -> Draft:
    """Values stand in the table as they are, HTML too, as in n8n."""
    parameters: Json = {
        "operation": "table",
        "raw": True,
        "capitalize": node.param("options.capitalize") is True,
    }
    if node.param("options.caption"):
        parameters["caption"] = context.param("options.caption")
    if node.param("options.customStyling") is not True:
        context.differs("the table is plain, without the style that it has by itself in n8n", "options")
    for ours, theirs in ATTRIBUTES.items():
        parameters[ours] = f" {context.param(f'options.{theirs}') or ''}"
    return Draft("data.html", parameters)


def translate_extract(node: Node, context: Context) -> Draft:
    """The older node that only takes values out."""
    return _extracted(node, context, lines=False)


def _extracted(node: Node, context: Context, *, lines: bool) -> Draft:
    parameters: Json = {
        "operation": "extract",
        "selections": [_selection(entry) for entry in node.entries("extractionValues.values")],
        "trim": node.param("options.trimValues") is True,
        "clean": node.param("options.cleanUpText") is True,
        "lines": lines,
    }
    if chosen(node, "sourceData", "json") == "json":
        parameters["source"] = field_value(node, "dataPropertyName", "data")
    else:
        parameters["file"] = context.param("dataPropertyName") or "data"
    return Draft("data.html", parameters)


def _selection(entry: Json) -> Json:
    skipped = field_names(Node("", "", parameters=entry), "skipSelectors")
    return {
        "name": converted(entry.get("key", "")),
        "selector": converted(entry.get("cssSelector", "")),
        "take": entry.get("returnValue", "text"),
        "attribute": converted(entry.get("attribute", "")),
        "all": entry.get("returnArray") is True,
        "skip": skipped,
    }


NODES = (
    NodeType("n8n-nodes-base.html", (1, 1.1, 1.2), translate, "data.html"),
    NodeType("n8n-nodes-base.htmlExtract", (1,), translate_extract, "data.html"),
)
