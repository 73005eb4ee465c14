"""How file.create runs: all items become a table, or each becomes a file."""

from __future__ import annotations

from typing import Any

from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.file_create.making import table_bytes, value_bytes
from engine.steps.file_create.manifest import MANIFEST, TABLES, FileCreateParameters
from engine.steps.files import with_file
from engine.steps.item_errors import each_item
from engine.steps.provenance import place

_TYPES = {
    "csv": "text/csv",
    "html": "text/html",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "rtf": "application/rtf",
    "json": "application/json",
    "text": "text/plain",
    "base64": "",
}
_ENDINGS = {"text": "txt", "base64": "bin"}


class FileCreateStep(StepType):
    """Gives an item with one file for all items, or for each."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` for values that the format cannot hold."""
        if not context.items:
            return StepResult({MAIN: []})
        first: FileCreateParameters = context.parameters(0)
        if first.format in TABLES or (first.format == "json" and first.together):
            return StepResult({MAIN: [_all(context, first)]})
        return StepResult({MAIN: each_item(context, lambda item, index: [_one(context, item, index)])})


def _all(context: StepContext, given: FileCreateParameters) -> Item:
    values = [item["json"] for item in context.items]
    data = table_bytes(values, given) if given.format in TABLES else value_bytes(values, given)
    paired = [place(index, 0) for index in range(len(values))]
    return {**_with(context, {"json": {}}, data, given), "pairedItem": paired}


def _one(context: StepContext, item: Item, index: int) -> Item:
    given: FileCreateParameters = context.parameters(index)
    value: Any = given.source
    if value is None and given.format == "json":
        value = item["json"]
    kept: Item = {"json": dict(item["json"])} if given.keep else {"json": {}}
    if given.keep and item.get("binary"):
        kept["binary"] = item["binary"]
    return _with(context, kept, value_bytes(value, given), given)


def _with(context: StepContext, item: Item, data: bytes, given: FileCreateParameters) -> Item:
    name = given.fileName or (
        "" if given.format == "base64" else f"file.{_ENDINGS.get(given.format, given.format)}"
    )
    kind = given.mimeType or _TYPES[given.format]
    entry = context.binaries.put(data, mime_type=kind, file_name=name)
    return with_file(item, given.property, entry)
