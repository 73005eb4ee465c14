"""What data.sample is and which parameters it has."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters
from engine.steps.json_text import parsed_json


class SampleParameters(Parameters):
    """Parameters of data.sample."""

    items: list[dict[str, Any]] = Field(
        description="A list of objects, one object, or either as JSON text; each object becomes an item.",
    )

    @field_validator("items", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        """A list, whatever it was written as; what is no object becomes one with a field value."""
        if isinstance(value, str):
            value = parsed_json(value)
        listed = value if isinstance(value, list) else [value]
        return [element if isinstance(element, dict) else {"value": element} for element in listed]


MANIFEST = Manifest(
    type="data.sample",
    label="Sample data",
    summary="Gives items that stand in the flow itself.",
    group="data",
    effect=Effect.PURE,
    parameters=SampleParameters,
    icon="database",
)
