"""What data.unseen is and which parameters it has."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from engine.base.limits import SEEN_ITEMS_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters


class UnseenParameters(Parameters):
    """Parameters of data.unseen."""

    operation: Literal["filter", "clear"] = Field(
        "filter", description="filter lets new items through and remembers them; clear forgets all."
    )
    by: Literal["value", "number", "date"] = Field(
        "value",
        description="value: one that came before is not new; number and date: only what is above the highest "
        "one so far is.",
    )
    key: Any = Field(None, description="What tells items apart, for each item: an id, a number, a date.")
    keys: Literal["values", "text"] = Field(
        "values", description='Whether keys are compared with their types, or as text, so that 1 is "1".'
    )
    scope: Literal["step", "flow"] = Field(
        "step", description="Whether this step remembers alone, or all such steps of the flow together."
    )
    remember: int = Field(
        10_000,
        ge=1,
        le=SEEN_ITEMS_MAX,
        description="How many values are remembered; older ones go.",
    )


MANIFEST = Manifest(
    type="data.unseen",
    label="Remove seen before",
    summary="Lets only items through that no earlier execution had.",
    group="data",
    effect=Effect.WRITE,
    parameters=UnseenParameters,
    outputs=("main", "duplicates"),
    icon="copy",
)
