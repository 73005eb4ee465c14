"""How data.sample runs: its parameter becomes items."""

from __future__ import annotations

from engine.flow.model import MAIN
from engine.ports.step_catalogue import StepContext, StepResult, StepType
from engine.steps.data_sample.manifest import MANIFEST, SampleParameters


class SampleStep(StepType):
    """Gives the items that stand in its parameter, whatever comes in."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """One item per object."""
        given: SampleParameters = context.parameters()
        return StepResult({MAIN: [{"json": element} for element in given.items]})
