"""spreadsheetFile: tables in files, both ways."""

from __future__ import annotations

from n8n_import.names import chosen
from n8n_import.nodes import convert_to_file, extract_from_file
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Node


def translate(node: Node, context: Context) -> Draft:
    """``fromFile`` is the default; without a format the file's name tells it."""
    name = context.param("binaryPropertyName") or "data"
    if chosen(node, "operation", "fromFile") == "toFile":
        return _written(node, context, name)
    kind = chosen(node, "fileFormat", "autodetect")
    if kind not in ("autodetect", *extract_from_file.TABLES):
        raise Unsupported(f"there is no format {kind!r} to read files in")
    format_ = "auto" if kind == "autodetect" else kind
    parameters = extract_from_file.table(context)
    if node.version < 2:
        del parameters["records"]
        parameters["cells"] = "text" if node.param("options.rawData") is True else "values"
    return Draft("file.extract", {"property": name, "format": format_, **parameters})


def _written(node: Node, context: Context, name: str) -> Draft:
    kind = chosen(node, "fileFormat", "xls")
    if kind == "xls":
        kind = convert_to_file.newer_workbook(context)
    if kind not in convert_to_file.TABLES:
        raise Unsupported(f"there is no format {kind!r} to make files in")
    parameters = {**convert_to_file.options(context), **convert_to_file.table(context, kind)}
    return Draft("file.create", {"property": name, **parameters})


NODES = (NodeType("n8n-nodes-base.spreadsheetFile", (1, 2), translate, "file.extract"),)
