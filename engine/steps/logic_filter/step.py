"""How logic.filter runs: what fits goes on, the rest leaves by a port of its own."""

from __future__ import annotations

from engine.flow.model import MAIN
from engine.ports.step_catalogue import StepContext, StepResult, StepType
from engine.steps.logic_condition.step import split_by_answer
from engine.steps.logic_filter.manifest import MANIFEST


class FilterStep(StepType):
    """Items that fit leave by ``main``, the others by ``discarded``."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` for values that cannot be compared, unless the flow goes on after
        errors: then the item is discarded, or leaves by ``failure``."""
        result = split_by_answer(context, MAIN, "discarded")
        result.outputs.setdefault(MAIN, [])
        return result
