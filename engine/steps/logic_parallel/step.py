"""How logic.parallel runs: it passes its items on to every wire."""

from __future__ import annotations

from engine.flow.model import MAIN
from engine.ports.step_catalogue import StepContext, StepResult, StepType
from engine.steps.logic_parallel.manifest import MANIFEST


class ParallelStep(StepType):
    """The point from which branches run at once; the engine does the rest."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Pass the items on."""
        return StepResult({MAIN: context.items})
