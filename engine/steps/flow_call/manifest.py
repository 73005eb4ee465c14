"""What flow.call is and which parameters it has."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters


class CallParameters(Parameters):
    """Parameters of flow.call."""

    flow: str = Field(min_length=1, max_length=200, description="Id of the flow to call.")
    version: str | None = Field(
        None, description="Version (CID) of the flow to call; else the one that is published."
    )
    mode: Literal["all", "each"] = Field(
        "all", description="all: one call with all items. each: one call per item, one after the other."
    )
    wait: bool = Field(
        True,
        description="Whether to wait for the called flow's output; else only its execution id comes out.",
    )
    passOn: bool = Field(
        False, description="Where wait is off: give the items on instead of the execution id."
    )


MANIFEST = Manifest(
    type="flow.call",
    label="Call a flow",
    summary="Runs another flow as one step of this one.",
    group="flow",
    effect=Effect.WRITE,
    parameters=CallParameters,
    remembers=True,
    icon="corner-up-right",
)
