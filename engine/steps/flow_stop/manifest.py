"""What flow.stop is and which parameters it has."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from engine.base.limits import STOP_MESSAGE_CHARACTERS_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters


class StopParameters(Parameters):
    """Parameters of flow.stop."""

    message: str = Field(
        "The flow was stopped.",
        min_length=1,
        max_length=STOP_MESSAGE_CHARACTERS_MAX,
        description="What went wrong, for people.",
    )
    code: str | None = Field(
        None, max_length=100, description="Your own code for it, for flows that handle the error."
    )
    details: dict[str, Any] = Field(
        default_factory=dict, description="Anything else that whoever handles the error should know."
    )


MANIFEST = Manifest(
    type="flow.stop",
    label="Stop with error",
    summary="Ends the execution with an error of your own.",
    group="flow",
    effect=Effect.PURE,
    parameters=StopParameters,
    icon="octagon",
)
