"""How data.limit runs: a slice of the items."""

from __future__ import annotations

from engine.flow.model import MAIN
from engine.ports.step_catalogue import StepContext, StepResult, StepType
from engine.steps.data_limit.manifest import MANIFEST, LimitParameters
from engine.steps.provenance import from_item


class LimitStep(StepType):
    """Gives at most ``count`` items, in their order."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Take from the front or from the back."""
        given: LimitParameters = context.parameters()
        items = context.items
        start = 0 if given.keep == "first" else max(len(items) - given.count, 0)
        chosen = items[start : start + given.count]
        return StepResult({MAIN: [from_item(item, start + at) for at, item in enumerate(chosen)]})
