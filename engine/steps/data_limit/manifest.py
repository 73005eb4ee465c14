"""What data.limit is and which parameters it has."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters


class LimitParameters(Parameters):
    """Parameters of data.limit."""

    count: int = Field(1, ge=0, title="Most items", description="How many items go on at most.")
    keep: Literal["first", "last"] = Field("first", description="Whether the first or the last ones go on.")


MANIFEST = Manifest(
    type="data.limit",
    label="Limit",
    summary="Lets the first or the last items through.",
    group="data",
    effect=Effect.PURE,
    passes_on=True,
    parameters=LimitParameters,
    icon="filter",
)
