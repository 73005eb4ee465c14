"""How code.javascript runs: the code goes to the JavaScript guest, what it returns goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.flow.model import Step
from engine.ports.policy import Policy
from engine.ports.sandbox import Ahead, ExpressionBatch
from engine.ports.step_catalogue import Effect, StepContext, StepResult, StepType
from engine.steps.code_common import code_ahead, run_code
from engine.steps.code_javascript.manifest import MANIFEST, JavaScriptParameters
from engine.steps.reaching import effect_of


class JavaScriptStep(StepType):
    """Code runs as it is written, in an instance of the guest in its first state."""

    manifest = MANIFEST

    def effect(self, parameters: Mapping[str, Any]) -> Effect:
        """Pure, unless it asks for capabilities."""
        return effect_of(parameters)

    def code_in(self, parameters: Mapping[str, Any]) -> str:
        """The code."""
        return str(parameters.get("code", ""))

    def ahead(self, step: Step, batch: ExpressionBatch, policy: Policy) -> Ahead | None:
        """The code as it will be asked for; its items are what it gives."""
        return code_ahead(step, batch, policy, "javascript", JavaScriptParameters)

    def run(self, context: StepContext) -> StepResult:
        """Run the code; see :func:`engine.steps.code_common.run_code`."""
        return run_code(context, "javascript", JavaScriptParameters)
