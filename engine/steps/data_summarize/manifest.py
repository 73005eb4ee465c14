"""What data.summarize is and which parameters it has."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters
from engine.steps.fields import DOTS, FieldNames

Function = Literal["append", "average", "concatenate", "count", "countUnique", "max", "min", "sum"]


class Summary(Parameters):
    """One number, text or list for each group."""

    field: str = Field(min_length=1, description="The field that is summarized.")
    function: Function = Field("count", description="What is made of its values.")
    name: str = Field("", description="What the result is called; without it the function and the field.")
    includeEmpty: bool = Field(
        False, description="Whether missing, null and empty values count; for append, concatenate and counts."
    )
    separator: str = Field(",", description="What stands between the values that concatenate joins.")


class SummarizeParameters(Parameters):
    """Parameters of data.summarize."""

    summaries: list[Summary] = Field(min_length=1, description="What is worked out for each group.")
    groupBy: FieldNames = Field(
        default_factory=list, description="Items with equal values of these fields are one group."
    )
    output: Literal["items", "object"] = Field(
        "items", description="An item for each group, or one object with the groups inside it by value."
    )
    emptyGroups: Literal["keep", "drop"] = Field(
        "keep", description="What to do with items whose value to group by is missing or empty."
    )
    keys: Literal["values", "text"] = Field(
        "values", description="Whether the fields to group by keep their type or become text."
    )
    order: Literal["first", "script"] = Field(
        "first",
        description="Groups in the order in which they first appear, or as JavaScript orders names: whole "
        "numbers first, the least at the front.",
    )
    missing: Literal["fail", "allow"] = Field(
        "allow", description="What to do where no item has a field that is summarized."
    )
    dots: bool = Field(True, description=DOTS)


MANIFEST = Manifest(
    type="data.summarize",
    label="Summarize",
    summary="Counts, adds up or lists values, by group if wanted.",
    group="data",
    effect=Effect.PURE,
    passes_on=True,
    parameters=SummarizeParameters,
    icon="sigma",
)
