"""What data.random is and which parameters it has."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.base.limits import RANDOM_ITEMS_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters


class RandomParameters(Parameters):
    """Parameters of data.random."""

    kind: Literal["user", "address", "email", "uuid", "number"] = Field(
        "user", description="What each item tells of."
    )
    count: int = Field(10, ge=0, le=RANDOM_ITEMS_MAX, description="How many items to make.")
    seed: str = Field(
        "", description="Makes the same data every time; without it each run of the step differs."
    )


MANIFEST = Manifest(
    type="data.random",
    label="Random data",
    summary="Makes up data to try a flow with.",
    group="data",
    effect=Effect.PURE,
    parameters=RandomParameters,
    icon="dices",
)
