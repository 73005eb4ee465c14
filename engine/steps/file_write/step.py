"""How file.write runs: a file of each item goes to the disk."""

from __future__ import annotations

from shutil import copyfileobj

from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.file_paths import FilesBelow
from engine.steps.file_write.manifest import MANIFEST, FileWriteParameters
from engine.steps.files import file_entry
from engine.steps.item_errors import each_item


class FileWriteStep(StepType):
    """Gives every item on, with the path as ``fileName``."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`PermissionDenied` outside the folder, :class:`StepFailure` where the file cannot be
        written or the item has none."""

        def work(item: Item, index: int) -> list[Item]:
            given: FileWriteParameters = context.parameters(index)
            below = FilesBelow(context.policy)
            entry = file_entry(item, given.property)
            parts = below.parts(given.path)
            with (
                context.binaries.open(entry) as source,
                below.writing(parts, append=given.append) as target,
            ):
                copyfileobj(source, target)
            written = {**item, "json": {**item["json"], "fileName": given.path}}
            return [{key: value for key, value in written.items() if key != "pairedItem"}]

        return StepResult({MAIN: each_item(context, work)})
