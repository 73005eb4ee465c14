"""How data.deduplicate runs: the first of equal items stays, in the order in which they came."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from engine.base.errors import StepFailure
from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.conversions import script_type
from engine.steps.data_deduplicate.manifest import MANIFEST, DeduplicateParameters
from engine.steps.identity import key_of
from engine.steps.paths import MISSING, get, leaves_of, with_field
from engine.steps.provenance import from_item


class DeduplicateStep(StepType):
    """Firsts leave by ``main``, the others by ``duplicates``."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` where the items differ in kind and ``strict`` is set."""
        given: DeduplicateParameters = context.parameters()
        items = context.items
        fields = _fields(items, given)
        if given.strict:
            _check(items, fields, given)
        seen: set[Hashable] = set()
        first: list[Item] = []
        others: list[Item] = []
        for index, item in enumerate(items):
            key = tuple(key_of(get(item["json"], field, given.dots)) for field in fields)
            target = others if key in seen else first
            seen.add(key)
            target.append(from_item(_shown(item, fields, given), index))
        return StepResult({MAIN: first, **({"duplicates": others} if others else {})})


def _fields(items: Sequence[Item], given: DeduplicateParameters) -> list[str]:
    if given.compare == "selected":
        return given.fields
    leaves = given.compareBy == "leaves"
    first = given.compare == "except" and leaves and given.dots
    names: dict[str, None] = {}
    for item in items[:1] if first else items:
        found = leaves_of(item["json"], lists=leaves) if given.dots else item["json"]
        names.update(dict.fromkeys(found))
    if given.compare == "all":
        return list(names)
    unwanted = given.fields
    if leaves:
        return [name for name in names if name not in unwanted]
    return [name for name in names if not any(_within(name, field, given.dots) for field in unwanted)]


def _within(name: str, field: str, dots: bool) -> bool:
    return name == field or (dots and name.startswith(f"{field}."))


def _check(items: Sequence[Item], fields: Sequence[str], given: DeduplicateParameters) -> None:
    for field in fields:
        kinds = set()
        for item in items:
            value = get(item["json"], field, given.dots)
            if value is MISSING:
                raise StepFailure(f"'{field}' field is missing from some input items")
            if value is not None or given.kinds == "all":
                kinds.add(script_type(value))
        if len(kinds) > 1 and given.kinds != "any":
            raise StepFailure(f"'{field}' isn't always the same type: {', '.join(sorted(kinds))}")


def _shown(item: Item, fields: Sequence[str], given: DeduplicateParameters) -> Item:
    if given.others == "keep" or given.compare == "all":
        return item
    json: Item = {}
    for field in fields:
        value = get(item["json"], field, given.dots)
        if value is not MISSING:
            json = with_field(json, field, value, given.dots)
    return {**item, "json": json}
