"""extractFromFile and readPDF: values out of files."""

from __future__ import annotations

from n8n_import.names import chosen
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Json, Node

VALUES = {"fromJson": "json", "fromIcs": "ics", "text": "text", "xml": "text", "binaryToPropery": "base64"}
SKIPPED = {"missing": "skip"}
TABLES = ("csv", "html", "ods", "rtf", "xls", "xlsx")


def translate(node: Node, context: Context) -> Draft:
    """By operation."""
    operation = chosen(node, "operation", "csv")
    kept = chosen(node, "options.keepSource", "")
    parameters: Json = {
        "property": context.param("binaryPropertyName") or "data",
        "keepFields": kept in ("json", "both"),
        "keepFile": kept in ("binary", "both"),
    }
    if node.param("options.encoding"):
        parameters["encoding"] = context.param("options.encoding")
    if operation in VALUES:
        into = context.param("destinationKey") or "data"
        mark = node.param("options.stripBOM", True) is not False
        if operation == "fromIcs":
            context.differs(
                "of a calendar only the events are told: no alarms, to-dos and time zones", "files"
            )
        return Draft(
            "file.extract",
            {**parameters, "format": VALUES[operation], "into": into, "stripMark": mark, **SKIPPED},
        )
    if operation == "html" and node.param("options.rawData") is True:
        parameters["cells"] = "text"
    if operation in TABLES:
        return Draft("file.extract", {**parameters, "format": operation, **table(context)})
    if operation == "pdf":
        return _pdf(context, parameters, "options.password")
    raise Unsupported(f"there is no operation {operation!r} to read files with")


def table(context: Context) -> Json:
    """What tables have."""
    node = context.node
    context.ignores("options.readAsString", "options.relaxQuotes")
    context.ignores("options.skipRecordsWithErrors")
    found: Json = {
        "records": True,
        "header": context.param("options.headerRow", True),
        "emptyCells": context.param("options.includeEmptyCells", False),
        "stripMark": node.param("options.enableBOM") is True,
    }
    names = {"delimiter": "delimiter", "fromLine": "fromLine", "sheetName": "sheet", "maxRowCount": "rowsMax"}
    if node.param("options.range") not in (None, ""):
        found["range"] = str(context.param("options.range"))
    for theirs, ours in names.items():
        if node.param(f"options.{theirs}") not in (None, "", 0):
            found[ours] = context.param(f"options.{theirs}")
    return found


def _pdf(context: Context, parameters: Json, password: str) -> Draft:
    context.differs("only the basic facts of the document are told beside its text, and no version", "files")
    parameters |= {"format": "pdf", "joinPages": context.node.param("options.joinPages", True) is not False}
    if context.node.param(password):
        parameters["password"] = context.param(password)
    if context.node.param("options.maxPages"):
        parameters["pagesMax"] = context.param("options.maxPages")
    return Draft("file.extract", parameters)


def translate_pdf(node: Node, context: Context) -> Draft:
    """The older node for PDF."""
    password = "password" if node.param("encrypted") is True else "-"
    name = context.param("binaryPropertyName") or "data"
    return _pdf(context, {"property": name, "keepFile": True}, password)


NODES = (
    NodeType("n8n-nodes-base.extractFromFile", (1, 1.1), translate, "file.extract"),
    NodeType("n8n-nodes-base.readPDF", (1,), translate_pdf, "file.extract"),
)
