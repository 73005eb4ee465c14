"""readWriteFile and the older readBinaryFile, readBinaryFiles, writeBinaryFile: files of the machine."""

from __future__ import annotations

from n8n_import.names import chosen
from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Json, Node

FOLDER = "files are read and written only inside the folder QFLOW_FILES_ROOT"


def translate(node: Node, context: Context) -> Draft:
    """Reads by default."""
    context.note(FOLDER, "files")
    if chosen(node, "operation", "read") == "write":
        return _written(context)
    return Draft(
        "file.read",
        {
            "path": context.param("fileSelector", ""),
            "property": context.param("options.dataPropertyName") or "data",
            "describe": True,
            "none": "fail" if node.version > 1 else "pass",
            **_named(context),
        },
    )


def _named(context: Context) -> Json:
    names = ("fileName", "fileExtension", "mimeType")
    return {name: context.param(f"options.{name}") for name in names if context.node.param(f"options.{name}")}


def _written(context: Context) -> Draft:
    append = context.param("options.append", False)
    name = context.param("dataPropertyName") or "data"
    return Draft("file.write", {"path": context.param("fileName", ""), "property": name, "append": append})


def translate_write(node: Node, context: Context) -> Draft:
    """The older node that writes."""
    context.note(FOLDER, "files")
    return _written(context)


def translate_one(node: Node, context: Context) -> Draft:
    """The older node that reads one file for each item."""
    context.note(FOLDER, "files")
    name = context.param("dataPropertyName") or "data"
    path = context.param("filePath", "")
    return Draft("file.read", {"path": path, "property": name, "pattern": False, "keep": True})


def translate_many(node: Node, context: Context) -> Draft:
    """The older node that reads all files that a pattern fits."""
    context.note(FOLDER, "files")
    name = context.param("dataPropertyName") or "data"
    path = context.param("fileSelector", "")
    return Draft("file.read", {"path": path, "property": name, "once": True})


NODES = (
    NodeType("n8n-nodes-base.readWriteFile", (1, 1.1), translate, "file.read"),
    NodeType("n8n-nodes-base.readBinaryFile", (1,), translate_one, "file.read"),
    NodeType("n8n-nodes-base.readBinaryFiles", (1,), translate_many, "file.read"),
    NodeType("n8n-nodes-base.writeBinaryFile", (1,), translate_write, "file.write"),
)
