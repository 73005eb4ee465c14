"""How file.create runs: all items become a table, or each becomes a file."""

from __future__ import annotations

from typing import Any

from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.file_create.making import table_bytes, value_bytes
from engine.steps.file_create.manifest import MANIFEST, TABLES, FileCreateParameters
from engine.steps.files import with_file
from engine.steps.item_errors import each_item
from engine.steps.paths import without_field
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
        return StepResult({MAIN: each_item(context, lambda item, index: _one(context, item, index))})


def _all(context: StepContext, given: FileCreateParameters) -> Item:
    values = [item["json"] for item in context.items]
    data = table_bytes(values, given) if given.format in TABLES else value_bytes(values, given)
    paired = [place(index, 0) for index in range(len(values))]
    return {**_with(context, {"json": {}}, data, given), "pairedItem": paired}


def _one(context: StepContext, item: Item, index: int) -> list[Item]:
    given: FileCreateParameters = context.parameters(index)
    if given.source is None and given.missing == "skip":
        return []
    value: Any = given.source
    if value is None and given.format == "json":
        value = item["json"]
    made = _with(context, _kept(item, given), value_bytes(value, given), given)
    if given.format == "text" and isinstance(value, dict | list) and not given.mimeType:
        made["binary"][given.property] |= {"mimeType": _TYPES["json"], "fileType": "json"}
    return [made]


def _kept(item: Item, given: FileCreateParameters) -> Item:
    kept: Item = {"json": {}}
    if given.keep:
        kept["json"] = without_field(item["json"], given.drop) if given.drop else dict(item["json"])
    if (given.keep or given.keepFiles) and item.get("binary"):
        kept["binary"] = item["binary"]
    return kept


def _with(context: StepContext, item: Item, data: bytes, given: FileCreateParameters) -> Item:
    name = given.fileName or (
        ""
        if given.format == "base64" or given.naming == "none"
        else f"file.{_ENDINGS.get(given.format, given.format)}"
    )
    kind = given.mimeType or _TYPES[given.format]
    entry = context.binaries.put(data, mime_type=kind, file_name=name)
    if not name and given.naming == "file":
        entry["fileName"] = ".".join(filter(None, ("file", entry.get("fileExtension"))))
    return with_file(item, given.property, entry)
