"""A sandbox without a guest, for tests whose steps hold no expressions."""

from __future__ import annotations

from collections.abc import Sequence

from engine.base.errors import ExpressionFailed, StepFailure
from engine.ports.items import Item
from engine.ports.sandbox import (
    CodeRequest,
    CodeResult,
    ExpressionBatch,
    ExpressionValues,
    Foresight,
    HostCalls,
    RowAhead,
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

    def foresee(self, items: Sequence[Item], row: RowAhead, limits: SandboxLimits) -> Foresight:
        """Tell nothing ahead."""
        return Foresight()

    def warm_up(self) -> None:
        """Nothing to warm."""
