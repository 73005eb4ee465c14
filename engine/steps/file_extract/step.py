"""How file.extract runs: a file becomes items, or a field of one."""

from __future__ import annotations

from typing import Any

from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.file_extract.manifest import MANIFEST, FileExtractParameters
from engine.steps.file_extract.pdf import read_pdf
from engine.steps.file_extract.reading import TABLES, format_of, rows_from, value_from
from engine.steps.files import file_bytes, file_entry
from engine.steps.item_errors import each_item
from engine.steps.paths import with_field


class FileExtractStep(StepType):
    """Gives an item for each row of a table, and one for any other file."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` for files that are not what they should be."""
        return StepResult({MAIN: each_item(context, lambda item, index: _items(context, item, index))})


def _items(context: StepContext, item: Item, index: int) -> list[Item]:
    given: FileExtractParameters = context.parameters(index)
    if given.missing == "skip" and given.property not in (item.get("binary") or {}):
        return []
    entry = file_entry(item, given.property)
    format_ = format_of(entry) if given.format == "auto" else given.format
    data = file_bytes(context, entry)
    if format_ in TABLES:
        return [_row(item, row, given) for row in rows_from(data, format_, given)]
    if format_ == "pdf":
        return [_item(item, read_pdf(data, given, context.cancellation), given)]
    value = value_from(data, format_, given)
    if given.into and given.keepFields:
        given_fields = with_field(item["json"], given.into, value)
        return [_item(item, given_fields, given)]
    return [_item(item, _placed(value, given), given)]


def _placed(value: Any, given: FileExtractParameters) -> dict[str, Any]:
    """The value under its field; without one it is the item, where it is an object."""
    if not given.into and isinstance(value, dict):
        return value
    return with_field({}, given.into or "data", value)


def _row(item: Item, fields: dict[str, Any], given: FileExtractParameters) -> Item:
    """The rows of a table have files only where they are to be kept."""
    return _item(item, fields, given) if given.keepFile else {"json": _kept(item, fields, given)}


def _kept(item: Item, fields: dict[str, Any], given: FileExtractParameters) -> dict[str, Any]:
    return {**item["json"], **fields} if given.keepFields else fields


def _item(item: Item, fields: dict[str, Any], given: FileExtractParameters) -> Item:
    kept = _kept(item, fields, given)
    files = {
        name: entry
        for name, entry in (item.get("binary") or {}).items()
        if given.keepFile or name != given.property
    }
    return {"json": kept, "binary": files} if files else {"json": kept}
