"""How wasm.streaming runs: one instance, one call for each item, in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.flow.model import MAIN
from engine.ports.modules import ModuleSession
from engine.ports.step_catalogue import Effect, Item, StepContext, StepResult, StepType
from engine.steps.reaching import effect_of, host_of
from engine.steps.wasm_common import ModuleShelf, determinism_of, limits_of, lines_of
from engine.steps.wasm_streaming.manifest import MANIFEST, StreamingParameters


class WasmStreamingStep(StepType):
    """Gives one item for each that comes in; the instance may remember what it saw."""

    manifest = MANIFEST

    def effect(self, parameters: Mapping[str, Any]) -> Effect:
        """Pure, unless it asks for capabilities."""
        return effect_of(parameters)

    def run(self, context: StepContext) -> StepResult:
        """Open one instance with the first item's parameters and pass all items through it."""
        if not context.items:
            return StepResult({MAIN: []})
        shelf = ModuleShelf(context)
        first: StreamingParameters = context.parameters(0)
        module, limits = shelf.load(first), limits_of(context, first.memoryPages)
        with (
            host_of(context, shelf.cids) as host,
            shelf.modules.session(module, limits, determinism_of(context), host) as session,
        ):
            items = list(_passed(context, session, first))
            logs = lines_of(session.logs())
            return StepResult({MAIN: items}, logs=logs, usage=session.usage(), code=shelf.code)


def _passed(context: StepContext, session: ModuleSession, first: StreamingParameters) -> Iterator[Item]:
    """What comes out; an item is taken in only when the one before it has come out."""
    document = session.takes_document(first.function, first.abi)
    for index, item in enumerate(context.items):
        context.cancellation.check()
        arguments = context.parameters(index).args
        if arguments is None and document:
            arguments = item["json"]
        yield {"json": {"result": session.call(first.function, arguments, first.abi)}}
    if first.finish:
        last = {"item": len(context.items) - 1}
        yield {"json": {"result": session.call(first.finish, None)}, "pairedItem": last}
