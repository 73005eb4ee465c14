"""How image.edit runs: a file of each item is opened, changed and written anew."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.files import file_entry, with_file
from engine.steps.image_edit.changes import Composite
from engine.steps.image_edit.changing import CHANGING, blended
from engine.steps.image_edit.manifest import MANIFEST, ImageParameters
from engine.steps.image_edit.opening import bounded, facts_of, opened, saved
from engine.steps.item_errors import each_item

_ENDINGS = {"JPEG": "jpg", "TIFF": "tif"}


class ImageStep(StepType):
    """Gives every item on, with the changed picture."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` for what is no picture, :class:`PayloadTooLarge` for one too large."""
        return StepResult({MAIN: each_item(context, lambda item, index: [_item(context, item, index)])})


def _item(context: StepContext, item: Item, index: int) -> Item:
    given: ImageParameters = context.parameters(index)
    kept: Item = {key: value for key, value in item.items() if key != "pairedItem"}
    if given.changes:
        kept = _changed(context, kept, given)
    if given.describe:
        name = (given.into or given.property) if given.changes else given.property
        before = {} if given.describe == "only" else kept["json"]
        kept = {**kept, "json": {**before, **facts_of(context, file_entry(kept, name))}}
    return kept


def _changed(context: StepContext, item: Item, given: ImageParameters) -> Item:
    picture, kind, name = _first(context, item, given)
    for change in given.changes:
        context.cancellation.check()
        with bounded():
            if isinstance(change, Composite):
                other, _ = opened(context, file_entry(item, change.property))
                picture = blended(picture, other, change.x, change.y, change.blend)
            else:
                picture = CHANGING[change.kind](picture, change)
    kind = given.format.upper() or kind
    new = given.format or given.changes[0].kind == "create"
    name = given.fileName or (_name(name, kind) if new else name)
    media = f"image/{kind.lower()}"
    entry = context.binaries.put(saved(picture, kind, given.quality), mime_type=media, file_name=name)
    return with_file(item, given.into or given.property, entry)


def _first(context: StepContext, item: Item, given: ImageParameters) -> tuple[Any, str, str]:
    """The picture to begin with; none where the first change makes one."""
    if given.changes[0].kind == "create":
        return None, "PNG", "picture.png"
    entry = file_entry(item, given.property)
    picture, kind = opened(context, entry)
    return picture, kind, str(entry.get("fileName") or "picture")


def _name(name: str, kind: str) -> str:
    return PurePosixPath(name.replace("\\", "/") or "picture").stem + f".{_ENDINGS.get(kind, kind.lower())}"
