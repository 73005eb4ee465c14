"""How flow.noop runs: it passes its items on."""

from __future__ import annotations

from engine.flow.model import MAIN
from engine.ports.step_catalogue import StepContext, StepResult, StepType
from engine.steps.flow_noop.manifest import MANIFEST


class NoopStep(StepType):
    """Nothing happens."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Pass the items on."""
        return StepResult({MAIN: context.items})
