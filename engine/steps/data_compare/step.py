"""How data.compare runs: items are matched, and partners compared field by field."""

from __future__ import annotations

from typing import Any

from engine.ports.step_catalogue import Item, PortItems, StepContext, StepResult, StepType
from engine.steps.data_compare.manifest import MANIFEST, CompareParameters
from engine.steps.matching import Matching, alike, require_fields
from engine.steps.operators import same
from engine.steps.paths import MISSING, get
from engine.steps.provenance import from_port, place

Json = dict[str, Any]


class CompareStep(StepType):
    """Each item leaves by one of four ports; a port without items is left out."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` where a field is missing and ``missing`` says so."""
        given: CompareParameters = context.parameters()
        first, second = (list(context.inputs.get(port, [])) for port in MANIFEST.inputs)
        if given.missing == "fail":
            require_fields(first, [pair.left for pair in given.match], given.dots, "Input A")
            require_fields(second, [pair.other for pair in given.match], given.dots, "Input B")
        level = (2 if given.zeroIsNull else 1) if given.fuzzy else 0
        found = Matching(
            given.match, level, given.multiple == "first", given.dots, context.cancellation.check
        ).find(first, second)
        outputs: PortItems = {port: [] for port in MANIFEST.outputs}
        outputs["only first"] = [from_port(first[at], at, 0) for at in found.left_only]
        outputs["only second"] = [from_port(second[at], at, 1) for at in found.right_only]
        for at, partners in found.pairs:
            for other in partners:
                port, item = _compared(first[at], second[other], given, level)
                outputs[port].append({**item, "pairedItem": [place(at, 0), place(other, 1)]})
        return StepResult({port: items for port, items in outputs.items() if items})


def _compared(one: Item, other: Item, given: CompareParameters, level: int) -> tuple[str, Item]:
    """The port by which two partners leave, and as what."""
    equal, different, skipped = _fields(one["json"], other["json"], given, level)
    if not different:
        return "same", other if given.show == "second" else one
    if given.show == "both":
        report = {"keys": _keys(one["json"], given), "same": equal, "different": different}
        return "different", {"json": {**report, "skipped": skipped} if skipped else report}
    if given.show == "mix":
        return "different", {"json": _mixed(one["json"], other["json"], given)}
    return "different", one if given.show == "first" else other


def _fields(one: Json, other: Json, given: CompareParameters, level: int) -> tuple[Json, Json, Json]:
    """Fields that are equal, those that differ, and those that do not count, with their values."""
    equal: Json = {}
    different: Json = {}
    skipped: Json = {}
    keys = {(pair.left, pair.other) for pair in given.match}
    left, right = given.names
    for name in dict.fromkeys([*one, *other]):
        values = one.get(name, MISSING), other.get(name, MISSING)
        shown = {
            side: value for side, value in zip((left, right), values, strict=True) if value is not MISSING
        }
        if name in given.skip:
            skipped[name] = shown
        elif (name, name) in keys or _alike(*values, level):
            equal[name] = next(iter(shown.values()))
        else:
            different[name] = {left: None, right: None, **shown}
    return equal, different, skipped


def _alike(one: Any, other: Any, level: int) -> bool:
    if level:
        return alike(one, other, level)
    return one is not MISSING and other is not MISSING and same(one, other)


def _keys(json: Json, given: CompareParameters) -> Json:
    return {pair.left: get(json, pair.left, given.dots) for pair in given.match}


def _mixed(one: Json, other: Json, given: CompareParameters) -> Json:
    preferred, second = (one, other) if given.prefer == "first" else (other, one)
    mixed = {**second, **preferred}
    return {**mixed, **{name: second[name] for name in given.exceptFields if name in second}}
