"""What data.sort is and which parameters it has."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from engine.base.limits import CODE_CHARACTERS_MAX, SORT_FIELDS_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters
from engine.steps.fields import DOTS


class SortField(Parameters):
    """One field to sort by."""

    field: str = Field(min_length=1, description="The field to sort by.")
    order: Literal["ascending", "descending"] = Field("ascending", description="Which end comes first.")


class SortParameters(Parameters):
    """Parameters of data.sort."""

    by: Literal["fields", "random", "code"] = Field(
        "fields", description="Sort by fields, shuffle, or sort by code that compares two items."
    )
    fields: list[SortField] = Field(
        default_factory=list,
        max_length=SORT_FIELDS_MAX,
        description="The fields to sort by; where the first is equal the second decides, and so on.",
    )
    code: str = Field(
        "",
        max_length=CODE_CHARACTERS_MAX,
        description="JavaScript that returns a number below 0 where item a goes before b, above 0 where it "
        "goes after, and 0 where they are equal.",
    )
    missing: Literal["allow", "fail"] = Field(
        "fail", description="What to do where no item has a field to sort by."
    )
    dots: bool = Field(True, description=DOTS)

    @model_validator(mode="after")
    def _complete(self) -> SortParameters:
        """What is sorted by is given."""
        if self.by == "fields" and not self.fields:
            raise ValueError("name a field to sort by")
        if self.by == "code" and "return" not in self.code:
            raise ValueError("the code needs a return: a number below, equal to or above 0")
        return self


MANIFEST = Manifest(
    type="data.sort",
    label="Sort",
    summary="Puts items into another order.",
    group="data",
    effect=Effect.PURE,
    passes_on=True,
    parameters=SortParameters,
    icon="arrow-up-down",
)
