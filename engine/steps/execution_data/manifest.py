"""What execution.data is and which parameters it has."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from engine.base.limits import CUSTOM_KEYS_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters


class Saved(BaseModel):
    """One key and what it says."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(description="Letters, digits and underscores; 50 at most.")
    value: str | int | float | bool = Field(description="A short text; what is longer than 255 is cut.")


class ExecutionDataParameters(Parameters):
    """Parameters of execution.data."""

    values: list[Saved] = Field(
        min_length=1,
        max_length=CUSTOM_KEYS_MAX,
        description="What to keep; the last item counts.",
    )


MANIFEST = Manifest(
    type="execution.data",
    label="Execution data",
    summary="Keeps short texts with the execution, by which it is found in the list.",
    group="flow",
    effect=Effect.PURE,
    parameters=ExecutionDataParameters,
    icon="tag",
)
