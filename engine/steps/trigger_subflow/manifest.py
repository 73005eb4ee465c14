"""What trigger.subflow is and which parameters it has."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters

FieldType = Literal["any", "string", "number", "boolean", "object", "list"]


class InputField(Parameters):
    """One field that the flow expects in every item."""

    name: str = Field(min_length=1, description="Name of the field in the item's JSON.")
    type: FieldType = Field("any", description="Type the value must have.")
    required: bool = Field(True, description="Whether the call fails when the field is missing.")
    default: Any = Field(None, description="Value of an optional field that is missing.")
    description: str = Field("", description="What the field means, for people who call the flow.")


class SubflowTriggerParameters(Parameters):
    """Parameters of trigger.subflow."""

    inputs: list[InputField] = Field(
        default_factory=list,
        description="Fields that callers hand over. Empty: anything goes.",
    )
    others: Literal["keep", "drop"] = Field(
        "keep", description="What becomes of fields that are not among the inputs."
    )


MANIFEST = Manifest(
    type="trigger.subflow",
    label="When called by a flow",
    summary="Starts this flow when a flow.call step of another flow calls it.",
    group="trigger",
    effect=Effect.PURE,
    parameters=SubflowTriggerParameters,
    inputs=(),
    trigger=True,
    icon="corner-down-right",
)
