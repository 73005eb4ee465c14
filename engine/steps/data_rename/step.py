"""How data.rename runs: named fields move, then patterns rename what fits them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.data_rename.manifest import MANIFEST, Pattern, RenameParameters
from engine.steps.guest import ask
from engine.steps.item_errors import each_item
from engine.steps.paths import MISSING, get, with_field, without_field
from engine.steps.provenance import from_item

_REPLACED = "{{ $json.name.replace(new RegExp($json.pattern, $json.flags), $json.replacement) }}"

Json = dict[str, Any]


class RenameStep(StepType):
    """Gives one item for each that comes in; fields that are not there are passed over."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` for a pattern that is none."""

        def work(item: Item, index: int) -> list[Item]:
            given: RenameParameters = context.parameters(index)
            json = _moved(item["json"], given)
            for pattern in given.patterns:
                json = _fitted(context, json, pattern)
            return [from_item({**item, "json": json}, index)]

        return StepResult({MAIN: each_item(context, work)})


def _moved(json: Json, given: RenameParameters) -> Json:
    """Each field is looked for in what came in, so that two can change places."""
    moved = json
    for one in given.fields:
        if not one.field or not one.to or one.field == one.to:
            continue
        value = get(json, one.field, given.dots)
        if value is not MISSING:
            moved = with_field(moved, one.to, value, given.dots)
            moved = without_field(moved, one.field, given.dots)
    return moved


def _fitted(context: StepContext, json: Json, given: Pattern) -> Json:
    """One pattern's renaming; the guest is asked once for all names of the item."""
    names = list(dict.fromkeys(_names(json, given.depth)))
    fixed = {
        "pattern": given.pattern,
        "flags": "i" if given.ignoreCase else "",
        "replacement": given.replacement,
    }
    answers = ask(context, _REPLACED, ({**fixed, "name": name} for name in names))
    renamed: Json = _renamed(json, dict(zip(names, answers, strict=True)), given.depth)
    return renamed


def _names(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, list):
        for element in value if depth else ():
            yield from _names(element, depth - 1)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            if depth:
                yield from _names(inner, depth - 1)


def _renamed(value: Any, names: Mapping[str, str], depth: int) -> Any:
    """With the new names; a name that two fields would have keeps the later one's value."""
    if isinstance(value, list):
        return [_renamed(element, names, depth - 1) for element in value] if depth else value
    if not isinstance(value, dict):
        return value
    return {
        names[name]: _renamed(inner, names, depth - 1) if depth else inner for name, inner in value.items()
    }
