"""How flow.approval runs: it parks until a person decides, and goes on by that decision's port."""

from __future__ import annotations

from typing import Any

from engine.ports.step_catalogue import Signal, StepContext, StepResult, StepType, WaitSignal
from engine.steps.flow_approval.manifest import MANIFEST, ApprovalParameters


class ApprovalStep(StepType):
    """Asks once for all its items. Who may answer is checked where the answer comes in."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Park with what the person is shown."""
        given: ApprovalParameters = context.parameters()
        until_us = None if given.timeoutMs is None else context.now_us + given.timeoutMs * 1000
        prompt = given.model_dump(include={"title", "description", "approvers"})
        return StepResult(wait=WaitSignal("approval", until_us, prompt=prompt))

    def resume(self, context: StepContext, signal: Signal) -> StepResult:
        """The items on the decision's port, each with the decision under ``approval``."""
        port, decision = _decision(signal)
        items = [{**item, "json": {**item["json"], "approval": decision}} for item in context.items]
        return StepResult({port: items})


def _decision(signal: Signal) -> tuple[str, dict[str, Any]]:
    """Only a plain ``approved: true`` approves."""
    if signal.kind == "timeout":
        return "timedOut", {"approved": False, "timedOut": True}
    approved = signal.payload.get("approved") is True
    decision = {"comment": "", **signal.payload, "approved": approved, "actor": signal.actor}
    return ("approved" if approved else "rejected"), decision
