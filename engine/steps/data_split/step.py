"""How data.split runs: the elements of one or more lists become items."""

from __future__ import annotations

from typing import Any

from engine.base.errors import StepFailure
from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.data_split.manifest import MANIFEST, SplitParameters
from engine.steps.paths import MISSING, get, without_field

Json = dict[str, Any]


class SplitStep(StepType):
    """Gives an item for each element, in order; an item whose field is missing or empty gives none."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` where ``missing`` or ``single`` say so."""
        made: list[Item] = []
        for index, item in enumerate(context.items):
            made += _split(item, index, context.parameters(index))
        return StepResult({MAIN: made})


def _split(item: Item, index: int, given: SplitParameters) -> list[Item]:
    if given.files:
        return _files(item, index, given)
    rows: list[Json] = []
    whole = not given.into and len(given.fields) == 1 and given.include == "none"
    for number, field in enumerate(given.fields):
        name = given.into[number] if given.into else field
        for place, element in enumerate(_elements(item, field, given, index)):
            if place == len(rows):
                rows.append({})
            if whole and isinstance(element, dict | list) and (isinstance(element, dict) or given.spread):
                rows[place] = _fields(element)
            else:
                rows[place][name] = element
    along = _along(item["json"], given)
    binary = {"binary": item["binary"]} if given.binary and item.get("binary") else {}
    selected = given.include == "selected"
    made = [{**row, **along} if selected else {**along, **row} for row in rows]
    return [{"json": json, "pairedItem": {"item": index}, **binary} for json in made]


def _fields(element: Json | list[Any]) -> Json:
    """The fields of an element that becomes an item; a list's are numbered."""
    return element if isinstance(element, dict) else {str(at): one for at, one in enumerate(element)}


def _elements(item: Item, field: str, given: SplitParameters, index: int) -> list[Any]:
    value = get(item["json"], field, given.dots)
    if value is MISSING:
        if given.missing == "fail":
            raise StepFailure(f"Couldn't find the field '{field}' in the input data (item {index})")
        return []
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list):
        return value
    if given.single == "fail":
        raise StepFailure(f"The provided field '{field}' is not an array (item {index})")
    return [value]


def _along(json: Json, given: SplitParameters) -> Json:
    if given.include == "all":
        for field in given.fields:
            json = without_field(json, field, given.dots)
        return json
    if given.include == "selected":
        found = {name: get(json, name, given.dots) for name in given.includeFields}
        return {name: value for name, value in found.items() if value is not MISSING}
    return {}


def _files(item: Item, index: int, given: SplitParameters) -> list[Item]:
    along = item["json"] if given.include == "all" else _along(item["json"], given)
    name = given.into[0] if given.into else None
    return [
        {"json": along, "binary": {name or key: file}, "pairedItem": {"item": index}}
        for key, file in (item.get("binary") or {}).items()
    ]
