"""How flow.stop runs: it fails."""

from __future__ import annotations

from typing import Any

from engine.base.errors import StepFailure
from engine.ports.step_catalogue import StepContext, StepResult, StepType
from engine.steps.flow_stop.manifest import MANIFEST, StopParameters


class StopStep(StepType):
    """Ends the execution with an error that no retry mends."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure`; ``code`` and ``details`` stand in its details."""
        given: StopParameters = context.parameters()
        details: dict[str, Any] = {}
        if given.code is not None:
            details["code"] = given.code
        if given.details:
            details["details"] = given.details
        raise StepFailure(given.message, retryable=False, **details)
