"""How execution.data runs: its items pass, and what it says of the execution is kept."""

from __future__ import annotations

from engine.flow.model import MAIN
from engine.journal.custom_data import custom_text
from engine.ports.step_catalogue import StepContext, StepResult, StepType
from engine.steps.execution_data.manifest import MANIFEST, ExecutionDataParameters


class ExecutionDataStep(StepType):
    """Says something of its execution."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """For every item; raises :class:`InvalidInput` for a key that cannot be kept."""
        custom: dict[str, str] = {}
        for index in range(len(context.items)):
            given: ExecutionDataParameters = context.parameters(index)
            custom |= dict(custom_text(one.key, one.value) for one in given.values)
        return StepResult({MAIN: context.items}, custom=custom)
