"""What data.set is and which parameters it has."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from engine.base.limits import FIELD_DEPTH_MAX, SET_COPIES_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters
from engine.steps.fields import FieldNames
from engine.steps.json_text import forgiving_json

Kind = Literal["string", "number", "boolean", "array", "object", "truth", "numeral"]


class TypedValue(Parameters):
    """One field with a type."""

    name: str = Field(description="The field; a name with dots sets a field inside objects.")
    type: Kind | None = Field(
        None,
        description="The type that the value is converted to; none: as it is. truth is what JavaScript takes "
        "for true; numeral makes a number of text that says one, and leaves anything else.",
    )
    value: Any = Field(None, description="The value.")


class SetParameters(Parameters):
    """Parameters of data.set."""

    fields: dict[str, Any] = Field(
        default_factory=dict,
        description="Name and value of each field to set; a name with dots sets a field inside objects.",
    )
    values: list[TypedValue] = Field(
        default_factory=list, description="Fields in their order, each with its type; set after fields."
    )
    json_: dict[str, Any] | None = Field(
        None,
        alias="json",
        description="An object, or JSON text of one, whose fields are set first. Other quotes, bare "
        "names and missing commas are forgiven in the text.",
    )
    keep: Literal["all", "none"] | FieldNames = Field(
        "all",
        union_mode="left_to_right",
        description="Which fields of the incoming item stay: all, none, or a list of names.",
    )
    drop: FieldNames = Field(
        default_factory=list, description="Fields of the incoming item that do not stay, where keep is all."
    )
    keptAs: Literal["path", "name"] = Field(
        "path",
        description="Where a listed field from inside an object stands: at its path, or outside under the "
        "last part of it.",
    )
    files: Literal["keep", "drop", "auto"] = Field(
        "auto", description="Whether the item's files stay; auto: unless keep is none."
    )
    onConversionError: Literal["fail", "keep"] = Field(
        "fail", description="What to do with a value that cannot be converted: fail, or take it as it is."
    )
    nulls: Literal["keep", "fail"] = Field(
        "keep", description="Whether a value that is null may stay null where text is wanted."
    )
    copies: int = Field(
        0,
        ge=0,
        le=SET_COPIES_MAX,
        description="How many copies of each item to give besides it, to try a flow.",
    )
    copiesFor: Literal["all", "manual"] = Field(
        "all", description="Whether copies are given always, or only where the flow was started by hand."
    )
    dots: bool = Field(
        True, description="Whether dots in names lead into objects; else they are part of the name."
    )

    @field_validator("json_", mode="before")
    @classmethod
    def _parsed(cls, value: Any) -> Any:
        """JSON text becomes what it says; null is no object."""
        if value is None:
            raise ValueError("it is null, and must be an object")
        return forgiving_json(value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _sound_names(self) -> SetParameters:
        """Every name of ``fields``, and every part of a dotted one, has at least one character."""
        for name in [*self.fields, *(one.name for one in self.values if one.name)]:
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
