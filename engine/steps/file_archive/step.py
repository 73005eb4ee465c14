"""How file.archive runs: files of an item become an archive, or an archive files."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.file_archive.manifest import MANIFEST, FileArchiveParameters
from engine.steps.file_archive.packing import Budget, gzipped, unpacked, zipped
from engine.steps.files import file_entry
from engine.steps.item_errors import each_item

Entries = dict[str, Mapping[str, Any]]


class FileArchiveStep(StepType):
    """Gives each item on with the new files in the place of the old."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` for what is no archive, :class:`PayloadTooLarge` for one that
        unpacks to too much."""
        budget = Budget()

        def work(item: Item, index: int) -> list[Item]:
            given: FileArchiveParameters = context.parameters(index)
            found = _files(context, item, given, budget)
            return [
                {"json": dict(item["json"]), "binary": {name: dict(entry) for name, entry in found.items()}}
            ]

        return StepResult({MAIN: each_item(context, work)})


def _files(context: StepContext, item: Item, given: FileArchiveParameters, budget: Budget) -> Entries:
    entries = [file_entry(item, name) for name in given.properties]
    if given.operation == "unpack":
        return _unpacked(context, entries, given, budget)
    if given.format == "gzip":
        return _gzipped(context, entries, given)
    with ExitStack() as stack:
        files = [
            (
                str(entry.get("fileName") or f"file_{number}"),
                stack.enter_context(context.binaries.open(entry)),
            )
            for number, entry in enumerate(entries)
        ]
        archive = stack.enter_context(zipped(files))
        return {
            given.into: context.binaries.put(archive, mime_type="application/zip", file_name=given.fileName)
        }


def _unpacked(
    context: StepContext, entries: list[Mapping[str, Any]], given: FileArchiveParameters, budget: Budget
) -> Entries:
    found: Entries = {}
    for entry in entries:
        with context.binaries.open(entry) as stream:
            for name, source in unpacked(stream, str(entry.get("fileName") or ""), budget):
                context.cancellation.check()
                found[f"{given.prefix}{len(found)}"] = context.binaries.put(source, file_name=name)
    return found


def _gzipped(context: StepContext, entries: list[Mapping[str, Any]], given: FileArchiveParameters) -> Entries:
    found: Entries = {}
    for number, entry in enumerate(entries):
        name = given.fileName if given.single else _gzip_name(str(entry.get("fileName") or "file"), given)
        with context.binaries.open(entry) as stream, gzipped(stream) as packed:
            found[given.into if given.single else f"{given.prefix}{number}"] = context.binaries.put(
                packed, mime_type="application/gzip", file_name=name
            )
    return found


def _gzip_name(name: str, given: FileArchiveParameters) -> str:
    return f"{name.partition('.')[0]}.gzip" if given.name == "stem" else f"{name}.gz"
