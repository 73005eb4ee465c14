"""A sandbox without a guest, for tests whose steps hold no expressions."""

from __future__ import annotations

from engine.base.errors import ExpressionFailed, StepFailure
from engine.ports.sandbox import (
    CodeRequest,
    CodeResult,
    ExpressionBatch,
    ExpressionValues,
    HostCalls,
    SandboxLimits,
)


class NoSandbox:
    """Implements :class:`engine.ports.sandbox.Sandbox`; evaluating anything is an error."""

    guest_cid = ""

    def evaluate(self, batch: ExpressionBatch, limits: SandboxLimits) -> ExpressionValues:
        """Refuse."""
        raise ExpressionFailed(f"this test's world has no sandbox to evaluate {batch.templates[0]!r}")

    def run_code(
        self, request: CodeRequest, limits: SandboxLimits, host: HostCalls | None = None
    ) -> CodeResult:
        """Refuse."""
        raise StepFailure(f"this test's world has no sandbox to run {request.language} in")

    def warm_up(self) -> None:
        """Nothing to warm."""
