"""convertToFile: items or values as files."""

from __future__ import annotations

from n8n_import.names import chosen
from n8n_import.nodes.ical import calendar
from n8n_import.nodes.xml import field_value
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Json, Node

TABLES = ("csv", "html", "ods", "rtf", "xlsx")


def translate(node: Node, context: Context) -> Draft:
    """By operation; tables take all items."""
    operation = chosen(node, "operation", "csv")
    parameters: Json = {"property": context.param("binaryPropertyName") or "data", **options(context)}
    if operation == "iCal":
        return calendar(context)
    if operation == "xls":
        operation = newer_workbook(context)
    if operation in TABLES:
        return Draft("file.create", {**parameters, **table(context, operation, "File")})
    if operation == "toJson":
        together = chosen(node, "mode", "once") == "once"
        indent = node.param("options.format") is True
        return Draft("file.create", {**parameters, "format": "json", "together": together, "indent": indent})
    if operation in ("toText", "toBinary"):
        source = field_value(node, "sourceProperty", "")
        plain = operation == "toText" or node.param("options.dataIsBase64") is False
        kind = "text" if plain else "base64"
        return Draft("file.create", {**parameters, "format": kind, "source": source})
    raise Unsupported(f"there is no operation {operation!r} to make files with")


def newer_workbook(context: Context) -> str:
    """The format that stands for the older workbooks."""
    context.differs("the workbook is written as xlsx, not as xls", "files")
    return "xlsx"


def options(context: Context) -> Json:
    """What all formats have."""
    names = {
        "fileName": "fileName",
        "mimeType": "mimeType",
        "encoding": "encoding",
        "addBOM": "byteOrderMark",
    }
    return {
        ours: context.param(f"options.{theirs}")
        for theirs, ours in names.items()
        if context.node.param(f"options.{theirs}") not in (None, "")
    }


def table(context: Context, kind: str, name: str = "spreadsheet") -> Json:
    """What tables have."""
    found: Json = {"format": kind, "header": context.param("options.headerRow", True), "lists": "columns"}
    if not context.node.param("options.fileName"):
        found["fileName"] = f"{name}.{kind}"
    if context.node.param("options.delimiter"):
        found["delimiter"] = context.param("options.delimiter")
    if context.node.param("options.sheetName"):
        found["sheet"] = context.param("options.sheetName")
    return found


NODES = (NodeType("n8n-nodes-base.convertToFile", (1, 1.1), translate, "file.create"),)
