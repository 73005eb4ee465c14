"""How file.read runs: each file that fits becomes an item's file."""

from __future__ import annotations

from collections.abc import Sequence

from engine.base.errors import StepFailure
from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.file_paths import FilesBelow, is_pattern, name_of
from engine.steps.file_read.manifest import MANIFEST, FileReadParameters
from engine.steps.files import with_file
from engine.steps.item_errors import each_item

_TOLD = ("mimeType", "fileType", "fileName", "fileExtension", "fileSize")


class FileReadStep(StepType):
    """Gives an item for each file."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`PermissionDenied` outside the folder, :class:`StepFailure` where a file is missing;
        a pattern that nothing fits gives no items."""

        def work(item: Item, index: int) -> list[Item]:
            given: FileReadParameters = context.parameters(index)
            if given.once and index:
                return []
            below = FilesBelow(context.policy)
            if given.pattern and is_pattern(given.path):
                found = below.matching(given.path)
            else:
                found = [below.parts(given.path)]
            if not found and given.none == "fail":
                raise StepFailure(f"no file fits the pattern {given.path[:200]!r}")
            return [_item(context, item, given, below, parts) for parts in found]

        return StepResult({MAIN: each_item(context, work)})


def _item(
    context: StepContext, item: Item, given: FileReadParameters, below: FilesBelow, parts: Sequence[str]
) -> Item:
    context.cancellation.check()
    name = given.fileName or name_of(parts[-1] if parts else "")
    with below.reading(parts) as stream:
        entry = context.binaries.put(stream, mime_type=given.mimeType, file_name=name)
    if given.fileExtension:
        entry["fileExtension"] = given.fileExtension
    base: Item = {"json": dict(item["json"]), **_files(item)} if given.keep else {"json": {}}
    if given.describe:
        base = {**base, "json": {**base["json"], **{key: entry[key] for key in _TOLD if key in entry}}}
    return with_file(base, given.property, entry)


def _files(item: Item) -> Item:
    return {"binary": item["binary"]} if item.get("binary") else {}
