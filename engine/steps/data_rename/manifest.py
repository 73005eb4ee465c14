"""What data.rename is and which parameters it has."""

from __future__ import annotations

from pydantic import Field

from engine.base.limits import PATTERN_CHARACTERS_MAX, RENAMINGS_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters
from engine.steps.fields import DOTS


class Renaming(Parameters):
    """One field and its new name."""

    field: str = Field("", description="The field as it is called now.")
    to: str = Field("", description="Its new name; with dots it goes into objects.")


class Pattern(Parameters):
    """A regular expression for names of fields."""

    pattern: str = Field(
        max_length=PATTERN_CHARACTERS_MAX, description="A JavaScript regular expression for parts of names."
    )
    replacement: str = Field("", description="What stands there instead; $1 is what the first group found.")
    ignoreCase: bool = Field(False, description="Whether letter case does not count.")
    depth: int = Field(
        -1, ge=-1, description="How many levels of objects to look into; 0 the first only, -1 all of them."
    )


class RenameParameters(Parameters):
    """Parameters of data.rename."""

    fields: list[Renaming] = Field(
        default_factory=list, max_length=RENAMINGS_MAX, description="Fields and their new names, in order."
    )
    patterns: list[Pattern] = Field(
        default_factory=list,
        max_length=RENAMINGS_MAX,
        description="Regular expressions that rename all fields that fit, after the ones above.",
    )
    dots: bool = Field(True, description=DOTS)


MANIFEST = Manifest(
    type="data.rename",
    label="Rename fields",
    summary="Gives fields other names.",
    group="data",
    effect=Effect.PURE,
    passes_on=True,
    parameters=RenameParameters,
    icon="tag",
)
