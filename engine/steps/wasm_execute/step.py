"""How wasm.execute runs: every item gets an instance of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.flow.model import MAIN
from engine.ports.sandbox import HostCalls
from engine.ports.step_catalogue import Effect, Item, StepContext, StepResult, StepType
from engine.steps.reaching import effect_of, host_of
from engine.steps.wasm_common import ModuleShelf, determinism_of, given_or, limits_of, lines_of
from engine.steps.wasm_execute.manifest import MANIFEST, ExecuteParameters


class WasmExecuteStep(StepType):
    """Gives one item for each that comes in, with what the function gave as ``result``."""

    manifest = MANIFEST

    def effect(self, parameters: Mapping[str, Any]) -> Effect:
        """Pure, unless it asks for capabilities."""
        return effect_of(parameters)

    def run(self, context: StepContext) -> StepResult:
        """Call the function for every item; nothing is left in memory from one to the next."""
        shelf, outcome = ModuleShelf(context), StepResult({MAIN: []})
        if context.step.parameters.get("capabilities"):  # the host must know what will call it
            for index in range(len(context.items)):
                shelf.load(context.parameters(index))
        with host_of(context, shelf.cids) as host:
            for index, item in enumerate(context.items):
                context.cancellation.check()
                self._call(context, shelf, context.parameters(index), item, outcome, host)
        outcome.code = shelf.code
        return outcome

    def _call(
        self,
        context: StepContext,
        shelf: ModuleShelf,
        given: ExecuteParameters,
        item: Item,
        outcome: StepResult,
        host: HostCalls | None,
    ) -> None:
        module, limits = shelf.load(given), limits_of(context, given.memoryPages)
        with shelf.modules.session(module, limits, determinism_of(context), host) as session:
            arguments = given_or(given.args, given.input)
            if arguments is None and session.takes_document(given.function, given.abi):
                arguments = item["json"]
            result = session.call(given.function, arguments, given.abi)
            outcome.usage = outcome.usage.plus(session.usage())
            outcome.logs += lines_of(session.logs())
        outcome.outputs[MAIN].append({"json": {"result": result}})
