"""How data.aggregate runs: fields, or whole items, become lists in one item."""

from __future__ import annotations

from typing import Any

from engine.base.errors import StepFailure
from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.data_aggregate.manifest import MANIFEST, AggregateParameters, Gathered
from engine.steps.paths import MISSING, get, with_field

Json = dict[str, Any]


class AggregateStep(StepType):
    """Gives exactly one item, come from all of those that came in."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Gather fields where some are named, else whole items. Raises :class:`StepFailure` where no item
        has a field and ``nowhere`` says so."""
        given: AggregateParameters = context.parameters()
        items = context.items
        json = _lists(items, given) if given.fields else {given.into: _whole(items, given)}
        made: Item = {"json": json, "pairedItem": [{"item": index} for index in range(len(items))]}
        files = _files(items, given.uniqueFiles) if given.binary else {}
        return StepResult({MAIN: [{**made, "binary": files} if files else made]})


def _lists(items: list[Item], given: AggregateParameters) -> Json:
    json: Json = {}
    for one in given.fields:
        name = one.name or (one.field.rpartition(".")[2] if given.dots else one.field)
        json = with_field(json, name, _values(items, one, given), given.dots)
    return json


def _values(items: list[Item], one: Gathered, given: AggregateParameters) -> list[Any]:
    values: list[Any] = []
    found = given.nowhere == "allow"
    for item in items:
        value = get(item["json"], one.field, given.dots)
        found = found or value is not MISSING
        if given.missing == "drop":
            if value is MISSING or value is None:
                continue
            if isinstance(value, list):
                value = [element for element in value if element is not None]
        elif value is MISSING:
            value = None
        if given.mergeLists and isinstance(value, list):
            values += value
        else:
            values.append(value)
    if not found:
        raise StepFailure(f"Couldn't find the field '{one.field}' in the input data")
    return values


def _whole(items: list[Item], given: AggregateParameters) -> list[Json]:
    """The items' JSON; with only some fields, items that have none of them fall away."""
    if not given.include and not given.exclude:
        return [item["json"] for item in items]
    wanted, unwanted = set(given.include), set(given.exclude)
    gathered = []
    for item in items:
        json = {
            name: value
            for name, value in item["json"].items()
            if (not wanted or name in wanted) and name not in unwanted
        }
        if json:
            gathered.append(json)
    return gathered


def _files(items: list[Item], unique: bool) -> dict[str, Any]:
    """All files; those whose name is taken get the next free one with a number behind it."""
    files: dict[str, Any] = {}
    seen = set()
    for item in items:
        for name, file in (item.get("binary") or {}).items():
            mark = tuple(str(file.get(key)) for key in ("mimeType", "fileType", "fileSize", "fileExtension"))
            if unique and mark in seen:
                continue
            seen.add(mark)
            number, free = 1, name
            while free in files:
                free, number = f"{name}_{number}", number + 1
            files[free] = file
    return files
