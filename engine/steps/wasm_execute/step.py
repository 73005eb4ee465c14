"""How wasm.execute runs: every item gets an instance of its own."""

from __future__ import annotations

from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.wasm_common import ModuleShelf, determinism_of, given_or, limits_of, lines_of
from engine.steps.wasm_execute.manifest import MANIFEST, ExecuteParameters


class WasmExecuteStep(StepType):
    """Gives one item for each that comes in, with what the function gave as ``result``."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Call the function for every item; nothing is left in memory from one to the next."""
        shelf, outcome = ModuleShelf(context), StepResult({MAIN: []})
        for index, item in enumerate(context.items):
            context.cancellation.check()
            self._call(context, shelf, context.parameters(index), item, outcome)
        outcome.code = shelf.code
        return outcome

    def _call(
        self,
        context: StepContext,
        shelf: ModuleShelf,
        given: ExecuteParameters,
        item: Item,
        outcome: StepResult,
    ) -> None:
        module, limits = shelf.load(given), limits_of(context, given.memoryPages)
        with shelf.modules.session(module, limits, determinism_of(context)) as session:
            arguments = given_or(given.args, given.input)
            if arguments is None and session.takes_document(given.function, given.abi):
                arguments = item["json"]
            result = session.call(given.function, arguments, given.abi)
            outcome.usage = outcome.usage.plus(session.usage())
            outcome.logs += lines_of(session.logs())
        outcome.outputs[MAIN].append({"json": {"result": result}})
