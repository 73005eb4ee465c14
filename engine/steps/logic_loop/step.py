"""How logic.loop runs: batches leave by ``loop``, what comes back is collected for ``done``."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any

from engine.ports.step_catalogue import StepContext, StepResult, StepType
from engine.steps.logic_loop.manifest import MANIFEST, LoopParameters
from engine.steps.logic_loop.wiring import is_inner
from engine.steps.paging import EMPTY_PILE, added, all_of, is_empty, queue_of, take
from engine.steps.provenance import from_run

Memory = Mapping[str, Any]
"""While it loops: ``left`` (queue), ``collected`` (pile), ``round``, ``sent`` and ``back`` (counts of
items), ``start`` (the run that began it). Afterwards ``late``: how many items may still come back.
Always ``context``: what expressions see of the loop in ``$("Loop").context``."""


class LoopStep(StepType):
    """The first run takes the items to loop over; each later one what came back from a round."""

    manifest = MANIFEST

    def ports_out(self, parameters: Mapping[str, Any]) -> tuple[str, ...]:
        """``loop`` and ``done``, in the order asked for."""
        return ("done", "loop") if parameters.get("doneFirst") is True else ("loop", "done")

    def run(self, context: StepContext) -> StepResult:
        """Give the next batch, or everything collected when none is left."""
        given: LoopParameters = context.parameters()
        memory: Memory = {} if given.reset else context.memory
        if 0 < len(context.items) <= memory.get("late", 0):
            return _latecomers(context, memory)
        looping = _collected(context, memory) if "left" in memory else _begun(context, given)
        return _next(context, given, looping)


def _begun(context: StepContext, given: LoopParameters) -> Memory:
    left = queue_of(context.items, context.blocks)
    told = {"maxRunIndex": ceil(len(context.items) / given.batchSize)}
    counts = {"round": 0, "sent": 0, "back": 0, "start": context.run}
    return {"left": left, "collected": EMPTY_PILE, "context": told, **counts}


def _collected(context: StepContext, memory: Memory) -> Memory:
    items = [from_run(item, index, context.run) for index, item in enumerate(context.items)]
    pile = added(memory["collected"], items, context.blocks)
    return {**memory, "collected": pile, "back": memory["back"] + len(items)}


def _next(context: StepContext, given: LoopParameters, memory: Memory) -> StepResult:
    if is_empty(memory["left"]):
        return _done(context, memory, [])
    if given.maxRounds is not None and memory["round"] >= given.maxRounds:
        return _done(context, memory, [f"ended after {given.maxRounds} rounds with items left (maxRounds)"])
    batch, left = take(memory["left"], given.batchSize, context.blocks)
    sent = memory["sent"]
    batch = [from_run(item, sent + index, memory["start"]) for index, item in enumerate(batch)]
    state = {"currentRunIndex": memory["round"], "noItemsLeft": is_empty(left), "done": False}
    told = {**memory.get("context", {}), **state}
    counts = {"round": memory["round"] + 1, "sent": sent + len(batch)}
    return StepResult({"loop": batch}, memory={**memory, "left": left, "context": told, **counts})


def _done(context: StepContext, memory: Memory, logs: list[str]) -> StepResult:
    """Everything collected. Where a round came back in several parts, some may still be on their
    way; an inner loop cannot tell them from the items of its next start and begins anew."""
    late = memory["sent"] - memory["back"]
    waits = late > 0 and not is_inner(context.flow, context.step.id)
    told = {**memory.get("context", {}), "noItemsLeft": not logs, "done": True}
    after = {"context": told, **({"late": late} if waits else {})}
    return StepResult({"done": all_of(memory["collected"], context.blocks)}, memory=after, logs=logs)


def _latecomers(context: StepContext, memory: Memory) -> StepResult:
    """Items that come back after the end leave by ``done`` too, so that none is lost."""
    late = memory["late"] - len(context.items)
    rest = {"late": late} if late else {}
    return StepResult({"done": context.items}, memory={**rest, "context": memory.get("context", {})})
