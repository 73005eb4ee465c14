"""What data.deduplicate is and which parameters it has."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters
from engine.steps.fields import DOTS, FieldNames


class DeduplicateParameters(Parameters):
    """Parameters of data.deduplicate."""

    compare: Literal["all", "except", "selected"] = Field(
        "all", description="What must be equal: all fields, all except those named, or only those named."
    )
    fields: FieldNames = Field(
        default_factory=list, description="The fields that count, or do not, as compare says."
    )
    others: Literal["keep", "drop"] = Field(
        "keep", description="Whether fields that were not compared stay in the items."
    )
    strict: bool = Field(
        False, description="Fail where an item lacks a compared field, or has it with another type."
    )
    kinds: Literal["all", "there", "any"] = Field(
        "all",
        description="Where strict: whether all values of a field have one type, only those that are not "
        "null, or any.",
    )
    compareBy: Literal["fields", "leaves"] = Field(
        "fields",
        description="fields: lists count as a whole, and except leaves out all that lies in a field. leaves: "
        "only what lies innermost counts, also in lists, and except leaves out whole names of the first "
        "item.",
    )
    dots: bool = Field(True, description=DOTS)

    @model_validator(mode="after")
    def _complete(self) -> DeduplicateParameters:
        """Fields are named where they are needed."""
        if self.compare != "all" and not self.fields:
            raise ValueError(f"compare is {self.compare}: name the fields")
        return self


MANIFEST = Manifest(
    type="data.deduplicate",
    label="Remove duplicates",
    summary="Lets only the first of equal items through.",
    group="data",
    effect=Effect.PURE,
    passes_on=True,
    parameters=DeduplicateParameters,
    outputs=("main", "duplicates"),
    icon="copy",
)
