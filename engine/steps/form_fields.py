"""What forms are made of: fields, pages and endings, for the steps that show them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from engine.base.limits import FORM_FIELDS_SHOWN_MAX, FORM_TEXT_CHARACTERS_MAX
from engine.steps.base import Parameters

Kind = Literal[
    "text", "textarea", "number", "email", "password", "date", "select", "radio", "checkbox", "file",
    "hidden", "note",
]  # fmt: skip


class FormField(Parameters):
    """One field of a form."""

    name: str = Field(min_length=1, max_length=256, description="The field of the item that gets the answer.")
    label: str = Field("", max_length=FORM_TEXT_CHARACTERS_MAX, description="What people read, or the name.")
    kind: Kind = Field("text", description="What is asked for; a note only tells something.")
    required: bool = Field(False, description="Whether the form can be sent without it.")
    options: list[str] = Field(
        default_factory=list, max_length=1_000, description="The choices of select, radio and checkbox."
    )
    many: bool = Field(False, description="Whether several choices, or several files, can be given.")
    placeholder: str = Field("", max_length=1_000, description="A hint in the empty field.")
    default: str = Field("", max_length=FORM_TEXT_CHARACTERS_MAX, description="What stands there at first.")
    accept: str = Field("", max_length=1_000, description="File types that fit, as in .pdf,.jpg or image/*.")
    text: str = Field("", max_length=FORM_TEXT_CHARACTERS_MAX, description="What a note tells.")

    @model_validator(mode="after")
    def _choices(self) -> FormField:
        """What is chosen from has choices."""
        if self.kind in ("select", "radio", "checkbox") and not self.options:
            raise ValueError(f"a field of kind {self.kind} needs options")
        return self


class FormPage(Parameters):
    """A page with fields."""

    title: str = Field("", max_length=1_000, description="The headline.")
    description: str = Field("", max_length=FORM_TEXT_CHARACTERS_MAX, description="A text below it.")
    fields: list[FormField] = Field(
        default_factory=list, max_length=FORM_FIELDS_SHOWN_MAX, description="The fields, in their order."
    )
    button: str = Field("Submit", min_length=1, max_length=256, description="What the button says.")

    @model_validator(mode="after")
    def _different(self) -> FormPage:
        """Each answer has a place of its own."""
        names = [field.name for field in self.fields if field.kind != "note"]
        if len(names) != len(set(names)):
            raise ValueError("two fields have the same name")
        return self


class FormEnding(Parameters):
    """What people see when they are done."""

    title: str = Field("Thank you", max_length=1_000, description="The headline.")
    message: str = Field(
        "Your answer was recorded.", max_length=FORM_TEXT_CHARACTERS_MAX, description="A text below it."
    )
    redirect: str = Field(
        "", max_length=8_192, description="An address to go on to, instead: with http:// or https://."
    )

    @field_validator("redirect")
    @classmethod
    def _web(cls, value: str) -> str:
        """Nothing but the web: a script would run as this page."""
        if value and not value.lower().startswith(("https://", "http://")):
            raise ValueError("redirect must begin with https:// or http://")
        return value
