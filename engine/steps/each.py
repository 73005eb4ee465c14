"""Work that a step does item by item, and what becomes of an item for which it fails."""

from __future__ import annotations

from collections.abc import Callable

from engine.base.errors import QflowError
from engine.flow.model import FAILURE, MAIN
from engine.ports.step_catalogue import Item, PortItems, StepContext, StepResult

Work = Callable[[int, Item], list[Item]]
"""The items made of one item, given its index; they say themselves where they come from."""


def each_item(context: StepContext, work: Work) -> StepResult:
    """Do the work for every item. Where the flow goes on after errors, an item that fails becomes one
    with the field ``error``, on the port that ``on_error`` names, and the others are not affected."""
    good: list[Item] = []
    bad: list[Item] = []
    on_error = context.step.on_error
    for index, item in enumerate(context.items):
        context.cancellation.check()
        try:
            good += work(index, item)
        except QflowError as error:
            if on_error == "stop":
                raise
            (bad if on_error == "failure" else good).append(_failed(item, index, error, on_error))
    outputs: PortItems = {MAIN: good}
    if bad:
        outputs[FAILURE] = bad
    return StepResult(outputs)


def _failed(item: Item, index: int, error: QflowError, on_error: str) -> Item:
    kept = item["json"] if on_error == "failure" else {}
    return {"json": {**kept, "error": error.message}, "pairedItem": {"item": index}}
