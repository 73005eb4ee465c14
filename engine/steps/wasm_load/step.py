"""How wasm.load runs: the module is examined before anything is stored."""

from __future__ import annotations

from engine.base.canonical import RAW
from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.wasm_common import ModuleShelf, bytes_of
from engine.steps.wasm_load.manifest import MANIFEST, LoadParameters


class WasmLoadStep(StepType):
    """Gives one item for each that comes in: the module's CID and what is known of it."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Load the module of every item; one that is refused is not stored."""
        shelf = ModuleShelf(context)
        items = [self._load(context, shelf, context.parameters(n)) for n in range(len(context.items))]
        return StepResult({MAIN: items}, code=shelf.code)

    def _load(self, context: StepContext, shelf: ModuleShelf, given: LoadParameters) -> Item:
        context.cancellation.check()
        module = shelf.load(given)
        if given.module is None:
            context.blocks.put(bytes_of(given, context, shelf.modules), RAW)
        report = module.report
        return {
            "json": {
                "cid": module.cid,
                "risk": str(report.risk),
                "imports": [f"{one.module}.{one.name}" for one in report.imports],
                "exports": [str(one) for one in report.exports],
                "report": report.as_json(),
                "text": report.as_text(),
            }
        }
