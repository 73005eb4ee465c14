"""What data.set is and which parameters it has."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from engine.base.limits import FIELD_DEPTH_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters


class SetParameters(Parameters):
    """Parameters of data.set."""

    fields: dict[str, Any] = Field(
        default_factory=dict,
        description="Name and value of each field to set; a name with dots sets a field inside objects.",
    )
    keep: Literal["all", "none"] | list[str] = Field(
        "all", description="Which fields of the incoming item stay: all, none, or a list of names."
    )
    dots: bool = Field(
        True, description="Whether dots in names lead into objects; else they are part of the name."
    )

    @model_validator(mode="after")
    def _sound_names(self) -> SetParameters:
        """Every name, and every part of a dotted one, has at least one character."""
        for name in self.fields:
            parts = name.split(".") if self.dots else [name]
            if not all(parts) or len(parts) > FIELD_DEPTH_MAX:
                raise ValueError(f"{name!r} is not a field name; a dot needs a name on both sides")
        return self


MANIFEST = Manifest(
    type="data.set",
    label="Set fields",
    summary="Adds, replaces or keeps fields of every item.",
    group="data",
    effect=Effect.PURE,
    parameters=SetParameters,
    icon="edit",
)
