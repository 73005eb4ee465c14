"""How code.javascript runs: the code goes to the JavaScript guest, what it returns goes on."""

from __future__ import annotations

from engine.ports.step_catalogue import StepContext, StepResult, StepType
from engine.steps.code_common import run_code
from engine.steps.code_javascript.manifest import MANIFEST, JavaScriptParameters


class JavaScriptStep(StepType):
    """Code runs as it is written, in a fresh instance of the guest."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Run the code; see :func:`engine.steps.code_common.run_code`."""
        return run_code(context, "javascript", JavaScriptParameters)
