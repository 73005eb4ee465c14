"""Working item by item, where one that fails need not keep the others from going on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.base.errors import DatabaseUnavailable, ErrorInfo
from engine.execution.retry import decide_retry
from engine.ports.step_catalogue import Item, StepContext
from engine.steps.provenance import from_item

Work = Callable[[Item, int], Sequence[Item]]
"""What becomes of one item; its index in the first input is given, too."""


def each_item(context: StepContext, work: Work) -> list[Item]:
    """What ``work`` gives for every item, in order.

    Where the flow goes on after errors (``onError``), an item whose work raises becomes
    ``{"json": {"error": MESSAGE}, "error": {...}}``; the engine sends it to the port ``failure`` if that
    is where errors go. Else the error is the step's.
    """
    found: list[Item] = []
    for index, item in enumerate(context.items):
        try:
            given = work(item, index)
        except DatabaseUnavailable:
            raise
        except Exception as error:
            if not goes_on(context, error):
                raise
            found.append(failed_item(context, error, index))
        else:
            found += [one if "pairedItem" in one else from_item(one, index) for one in given]
    return found


def goes_on(context: StepContext, error: Exception) -> bool:
    """Whether the step goes on with its other items; not while all of it is to be tried again."""
    if context.step.on_error == "stop":
        return False
    info = ErrorInfo.of(error, context.step.id)
    decision = decide_retry(context.step, info, context.attempt, context.now_us, key=context.idempotency_key)
    return decision.action != "retry"


def failed_item(context: StepContext, error: Exception, index: int) -> Item:
    """An item that tells of the error of the input item at an index."""
    info = ErrorInfo.of(error, context.step.id)
    told = {"type": info.type, "code": info.code, "message": info.message}
    return from_item({"json": {"error": info.message}, "error": told}, index)
