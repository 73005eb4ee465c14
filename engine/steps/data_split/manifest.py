"""What data.split is and which parameters it has."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters
from engine.steps.fields import DOTS, FieldNames


class SplitParameters(Parameters):
    """Parameters of data.split."""

    fields: FieldNames = Field(
        title="Fields to split",
        description="Fields that hold lists, usually one; of several the first elements become one item, "
        "the second ones, ... An object counts as the list of its values.",
    )
    into: FieldNames = Field(
        default_factory=list,
        title="Names of the new fields",
        description="What an element is called in its item, a name for each field to split. Without it an "
        "object becomes the item itself, and anything else keeps the name of its list.",
    )
    include: Literal["none", "all", "selected"] = Field(
        "none", description="Which other fields of the item go with each element: none, all, or those named."
    )
    includeFields: FieldNames = Field(
        default_factory=list, description="The fields that go along, where include is selected."
    )
    binary: bool = Field(False, description="Whether the item's files go with each element.")
    files: bool = Field(False, description="Split the item's files instead: one item for each.")
    dots: bool = Field(True, description=DOTS)
    spread: bool = Field(
        False, description="Whether a list inside the list becomes an item, too, with its numbers as names."
    )
    missing: Literal["skip", "fail"] = Field(
        "skip", description="What to do with an item that has no such field: skip it, or fail."
    )
    single: Literal["wrap", "fail"] = Field(
        "wrap", description="What to do with a value that is no list: take it as its only element, or fail."
    )

    @model_validator(mode="after")
    def _complete(self) -> SplitParameters:
        """There is something to split, and a name for each field or none."""
        if not self.fields and not self.files:
            raise ValueError("name the field to split")
        if self.into and len(self.into) != len(self.fields):
            raise ValueError(f"{len(self.fields)} fields need as many names in into, not {len(self.into)}")
        if self.include == "selected" and not self.includeFields:
            raise ValueError("include is selected: name the fields in includeFields")
        return self


MANIFEST = Manifest(
    type="data.split",
    label="Split out",
    summary="Makes an item of every element of a list.",
    group="data",
    effect=Effect.PURE,
    passes_on=True,
    parameters=SplitParameters,
    icon="scissors",
)
