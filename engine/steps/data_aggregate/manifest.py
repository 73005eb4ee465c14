"""What data.aggregate is and which parameters it has."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters
from engine.steps.fields import DOTS, FieldNames


class Gathered(Parameters):
    """One field whose values become a list."""

    field: str = Field(min_length=1, description="The field to gather.")
    name: str = Field("", description="The name of the list; without it the last part of the field's name.")


class AggregateParameters(Parameters):
    """Parameters of data.aggregate."""

    fields: list[Gathered] = Field(
        default_factory=list,
        description="The fields whose values become lists; without any, whole items are gathered.",
    )
    into: str = Field("data", min_length=1, description="The name of the list of whole items.")
    include: FieldNames = Field(
        default_factory=list, description="Gather only these fields of whole items; none named: all."
    )
    exclude: FieldNames = Field(default_factory=list, description="Leave these fields of whole items out.")
    missing: Literal["drop", "keep"] = Field(
        "drop", description="Whether missing and null values leave the lists, or stand in them as null."
    )
    nowhere: Literal["allow", "fail"] = Field(
        "allow", description="What to do where no item has a field that is gathered."
    )
    mergeLists: bool = Field(False, description="Make one flat list of values that are lists themselves.")
    binary: bool = Field(False, description="Whether the files of all items go with the one item.")
    uniqueFiles: bool = Field(False, description="Keep one of several files of the same name, type and size.")
    dots: bool = Field(True, description=DOTS)

    @field_validator("fields")
    @classmethod
    def _distinct(cls, fields: list[Gathered]) -> list[Gathered]:
        """Each list has a name of its own."""
        names = [one.name or one.field for one in fields]
        if len(names) != len(set(names)):
            raise ValueError("two lists would have the same name; give each its own")
        return fields


MANIFEST = Manifest(
    type="data.aggregate",
    label="Aggregate",
    summary="Makes one item of all items, with lists of their values.",
    group="data",
    effect=Effect.PURE,
    passes_on=True,
    parameters=AggregateParameters,
    icon="layers",
)
