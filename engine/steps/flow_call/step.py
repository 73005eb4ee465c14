"""How flow.call runs: it starts another flow, parks, and goes on with that flow's output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.base.errors import StepFailure
from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, Signal, StepContext, StepResult, StepType, WaitChild
from engine.steps.flow_call.manifest import MANIFEST, CallParameters
from engine.steps.item_errors import failed_item, goes_on
from engine.steps.paging import EMPTY_PILE, added, all_of
from engine.steps.provenance import from_item


class CallStep(StepType):
    """Calls a flow once with all items, or once for each item.

    What it remembers of its calls stands under its run index, since several runs may wait at once.
    """

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Start the first call; raises :class:`StepFailure` where flows are nested too deep."""
        if context.depth >= context.limits.sub_flow_depth_max:
            depth = context.limits.sub_flow_depth_max
            raise StepFailure(f"flows call each other more than {depth} deep (sub_flow_depth_max)")
        given: CallParameters = context.parameters()
        if given.mode == "all":
            return StepResult(wait=_call(given, context.items))
        return _call_next(context, 0, EMPTY_PILE) if context.items else StepResult({MAIN: []})

    def resume(self, context: StepContext, signal: Signal) -> StepResult:
        """The called flow's items; raises :class:`StepFailure` with its error where it failed. Of calls for
        each item the others go on where the flow goes on after errors."""
        state = context.memory.get(str(context.run))
        index = state["index"] if state else 0
        handed = context.items if state is None else [context.items[index]]
        try:
            items = _output(context, index, signal.payload, handed)
        except StepFailure as error:
            alone = state is not None or context.flow.format == "n8n"  # there one item tells of it
            if not alone or not goes_on(context, error):
                raise
            items = [failed_item(context, error, index)]
        if state is None:
            return StepResult({MAIN: items})
        pile = added(state["pile"], [from_item(item, index) for item in items], context.blocks)
        if index + 1 < len(context.items):
            return _call_next(context, index + 1, pile)
        rest = {run: kept for run, kept in context.memory.items() if run != str(context.run)}
        return StepResult({MAIN: all_of(pile, context.blocks)}, memory=rest)


def _call(given: CallParameters, items: list[Item], key: str = "") -> WaitChild:
    plain = [{key: value for key, value in item.items() if key != "pairedItem"} for item in items]
    return WaitChild(given.flow, plain, given.version, given.wait, key)


def _call_next(context: StepContext, index: int, pile: Mapping[str, Any]) -> StepResult:
    memory = {**context.memory, str(context.run): {"index": index, "pile": pile}}
    given: CallParameters = context.parameters(index)
    return StepResult(wait=_call(given, [context.items[index]], str(index)), memory=memory)


def _output(context: StepContext, index: int, payload: Mapping[str, Any], handed: list[Item]) -> list[Item]:
    """What a call gave. Raises :class:`StepFailure`, in flows of n8n with the words of the error alone."""
    given: CallParameters = context.parameters(index)
    status, execution = payload.get("status"), payload.get("execution")
    if status == "started" and given.passOn:
        return handed
    if status == "started":
        return [{"json": {"execution": execution, "flow": given.flow}}]
    if status != "completed":
        error = payload.get("error") or {}
        reason = error.get("message") or f"it was {status}"
        raise StepFailure(
            str(reason)
            if context.flow.format == "n8n"
            else f"flow {given.flow!r} did not complete: {reason}",
            flow=given.flow,
            execution=execution,
            error=error,
        )
    items: list[Item] = payload.get("items") or []
    return [{key: value for key, value in item.items() if key != "pairedItem"} for item in items]
