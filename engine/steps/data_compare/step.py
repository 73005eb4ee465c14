"""How data.compare runs: items are matched, and partners compared field by field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine.ports.step_catalogue import Item, PortItems, StepContext, StepResult, StepType
from engine.steps.data_compare.manifest import MANIFEST, CompareParameters
from engine.steps.data_compare.reporting import are_alike, level_of, report
from engine.steps.matching import Matching, require_fields
from engine.steps.paths import MISSING, get, with_field
from engine.steps.provenance import from_port, place

Json = dict[str, Any]

Placed = tuple[int, Item]
"""An item, and where it stood in its input."""


class CompareStep(StepType):
    """Each item leaves by one of four ports; a port without items is left out."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` where a field is missing and ``missing`` says so."""
        given: CompareParameters = context.parameters()
        first, second = (_told(context.inputs.get(port, []), given) for port in MANIFEST.inputs)
        if given.missing == "fail":
            require_fields(_items(first), [pair.left for pair in given.match], given.dots, "Input A")
            require_fields(_items(second), [pair.other for pair in given.match], given.dots, "Input B")
        matching = Matching(
            given.match, level_of(given), given.multiple == "first", given.dots, context.cancellation.check
        )
        found = matching.find(_items(first), _items(second))
        outputs: PortItems = {port: [] for port in MANIFEST.outputs}
        outputs["only first"] = [from_port(first[at][1], first[at][0], 0) for at in found.left_only]
        outputs["only second"] = [from_port(second[at][1], second[at][0], 1) for at in found.right_only]
        for at, partners in found.pairs:
            for port, item in _compared(first[at], [second[other] for other in partners], given):
                outputs[port].append(item)
        return StepResult({port: items for port, items in outputs.items() if items})


def _told(items: Sequence[Item], given: CompareParameters) -> list[Placed]:
    return [(at, item) for at, item in enumerate(items) if item["json"] or given.empty == "compare"]


def _items(placed: Sequence[Placed]) -> list[Item]:
    return [item for _, item in placed]


def _compared(one: Placed, others: Sequence[Placed], given: CompareParameters) -> Iterator[tuple[str, Item]]:
    """The ports by which an item leaves, and as what: by ``same`` once, however many partners it is like."""
    told = False
    for other in others:
        places = {"pairedItem": [place(one[0], 0), place(other[0], 1)]}
        if not are_alike(one[1]["json"], other[1]["json"], given):
            yield "different", {**_shown(one[1], other[1], given), **places}
        elif not told:
            told = True
            yield "same", {**(other[1] if given.fuzzy and given.show == "second" else one[1]), **places}


def _shown(one: Item, other: Item, given: CompareParameters) -> Item:
    if given.show == "both":
        return {"json": report(one["json"], other["json"], given)}
    if given.show == "mix":
        return {"json": _mixed(one["json"], other["json"], given)}
    return one if given.show == "first" else other


def _mixed(one: Json, other: Json, given: CompareParameters) -> Json:
    """The item of the preferred input, with some fields of the other; what that lacks is null."""
    json, second = (one, other) if given.prefer == "first" else (other, one)
    for name in given.exceptFields:
        value = get(second, name, given.dots)
        if value is not MISSING or given.dots:
            json = with_field(json, name, None if value is MISSING else value, given.dots)
    return json
