"""How logic.merge runs: the items of all input ports become one list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import zip_longest
from typing import Any

from engine.base.limits import MERGE_INPUTS_MAX
from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.logic_merge.manifest import MANIFEST, MergeParameters
from engine.steps.provenance import from_port, place

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

    def run(self, context: StepContext) -> StepResult:
        """Merge by the mode given."""
        given: MergeParameters = context.parameters()
        items = _MODES[given.mode](list(context.inputs.values()), given)
        return StepResult({MAIN: items})


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
    rows = zip_longest(*inputs) if given.unpaired == "keep" else zip(*inputs, strict=False)
    return [_combined(index, row, given.clash) for index, row in enumerate(rows)]


def _combined(index: int, row: tuple[Item | None, ...], clash: str) -> Item:
    present = [(port, item) for port, item in enumerate(row) if item is not None]
    json: dict[str, Any] = {}
    binary: dict[str, Any] = {}
    for _, item in present if clash == "last" else reversed(present):
        json.update(item["json"])
        binary.update(item.get("binary") or {})
    combined: Item = {"json": json, "pairedItem": [place(index, port) for port, _ in present]}
    if binary:
        combined["binary"] = binary
    return combined


_MODES: dict[str, Callable[[Inputs, MergeParameters], list[Item]]] = {
    "append": _append,
    "combineByPosition": _by_position,
    "chooseFirst": _choose_first,
    "chooseInput": _choose_input,
}
