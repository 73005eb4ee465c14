"""What flow.approval is and which parameters it has."""

from __future__ import annotations

from pydantic import Field

from engine.base.limits import WAIT_MS_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters


class ApprovalParameters(Parameters):
    """Parameters of flow.approval."""

    title: str = Field(
        "Approval needed", min_length=1, max_length=200, description="What is to be decided, in one line."
    )
    description: str = Field("", max_length=10_000, description="What whoever decides should know.")
    approvers: list[str] = Field(
        default_factory=list,
        description="Ids or names of those who may decide. Empty: everyone who may run executions.",
    )
    timeoutMs: int | None = Field(
        None, ge=1, le=WAIT_MS_MAX, description="Milliseconds after which the items leave by timedOut."
    )


MANIFEST = Manifest(
    type="flow.approval",
    label="Approval",
    summary="Waits until a person approves or rejects.",
    group="flow",
    effect=Effect.PURE,
    parameters=ApprovalParameters,
    outputs=("approved", "rejected", "timedOut"),
    icon="user-check",
)
