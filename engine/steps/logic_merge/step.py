"""How logic.merge runs: the items of all input ports become one list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product, zip_longest
from math import prod
from typing import Any

from engine.base.errors import ResourceExhausted
from engine.base.limits import MERGE_INPUTS_MAX, MERGE_ITEMS_MAX
from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.logic_merge.combining import Part, combined
from engine.steps.logic_merge.joining import joined
from engine.steps.logic_merge.looking_up import looked_up
from engine.steps.logic_merge.manifest import MANIFEST, MergeParameters
from engine.steps.logic_merge.query import queried
from engine.steps.provenance import from_port

Inputs = list[list[Item]]


class MergeStep(StepType):
    """Makes one list of what arrived on ``input 1`` .. ``input n``.

    The engine runs it when every input has its items, or when no more can come. Wired to one port
    only, it passes on what arrives there.
    """

    manifest = MANIFEST

    def ports_in(self, parameters: Mapping[str, Any]) -> tuple[str, ...]:
        """``input 1`` .. ``input n``."""
        count = parameters.get("inputs", 2)
        if isinstance(count, bool) or not isinstance(count, int):
            count = int(count) if isinstance(count, str) and count.isdecimal() else 2
        return tuple(f"input {number}" for number in range(1, min(max(count, 2), MERGE_INPUTS_MAX) + 1))

    def needs_all_inputs(self, parameters: Mapping[str, Any]) -> bool:
        """The modes that choose an input, or none, wait for all of them."""
        return parameters.get("mode") in ("chooseInput", "signal")

    def run(self, context: StepContext) -> StepResult:
        """Merge by the mode given."""
        given: MergeParameters = context.parameters()
        inputs = list(context.inputs.values())
        if given.mode == "sql":
            rows = queried(inputs, given, context)
            if not rows and given.emptyResult == "success":
                rows = [{"json": {"success": True}}]
            return StepResult({MAIN: rows})
        if given.mode == "combineByFields":
            padded = [*inputs, [], []]
            return StepResult({MAIN: joined(padded, given, context.cancellation.check)})
        if given.mode == "lookup":
            padded = [*inputs, [], []]
            return StepResult({MAIN: looked_up(padded[0], padded[1], given)})
        return StepResult({MAIN: _MODES[given.mode](inputs, given)})


def _append(inputs: Inputs, given: MergeParameters) -> list[Item]:
    return [
        from_port(item, index, port) for port, items in enumerate(inputs) for index, item in enumerate(items)
    ]


def _choose(inputs: Inputs, number: int) -> list[Item]:
    if number >= len(inputs):
        return []
    return [from_port(item, index, number) for index, item in enumerate(inputs[number])]


def _choose_first(inputs: Inputs, given: MergeParameters) -> list[Item]:
    return next((_choose(inputs, number) for number, items in enumerate(inputs) if items), [])


def _choose_input(inputs: Inputs, given: MergeParameters) -> list[Item]:
    return _choose(inputs, given.choose - 1)


def _by_position(inputs: Inputs, given: MergeParameters) -> list[Item]:
    if given.whenEmpty == "others" and not all(inputs):
        return _append(inputs, given)
    rows = zip(*inputs, strict=False) if given.unpaired == "drop" else zip_longest(*inputs)
    made = []
    for index, row in enumerate(rows):
        if given.unpaired == "first" and row[0] is None:
            break
        parts = [(port, index, item) for port, item in enumerate(row) if item is not None]
        made.append(combined(parts, given))
    return made


def _all(inputs: Inputs, given: MergeParameters) -> list[Item]:
    """Every item of input 1 with every item of the others; the last input, or the one that wins, turns
    fastest."""
    count = prod(len(items) for items in inputs)
    if count > MERGE_ITEMS_MAX:
        raise ResourceExhausted(f"combineAll would give {count} items; the limit is {MERGE_ITEMS_MAX}")
    places = [[(port, index, item) for index, item in enumerate(items)] for port, items in enumerate(inputs)]
    wins = (given.prefer or (1 if given.clash == "first" else len(places))) - 1
    turning = [places[port] for port in range(len(places)) if port != wins] + places[wins : wins + 1]
    return [combined(sorted(row, key=_port), given) for row in product(*turning)]


def _port(part: Part) -> int:
    return part[0]


def _signal(inputs: Inputs, given: MergeParameters) -> list[Item]:
    return [{"json": {}}]


_MODES: dict[str, Callable[[Inputs, MergeParameters], list[Item]]] = {
    "append": _append,
    "combineByPosition": _by_position,
    "combineAll": _all,
    "chooseFirst": _choose_first,
    "chooseInput": _choose_input,
    "signal": _signal,
}
