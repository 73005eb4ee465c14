"""What data.html is and which parameters it has."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from engine.base.limits import SELECTOR_CHARACTERS_MAX, SELECTORS_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters
from engine.steps.fields import FieldNames


class Selection(Parameters):
    """One value to take out of a document."""

    name: str = Field(min_length=1, description="The field that gets the value.")
    selector: str = Field(
        min_length=1, max_length=SELECTOR_CHARACTERS_MAX, description="A CSS selector of the elements."
    )
    take: Literal["text", "html", "attribute", "value"] = Field(
        "text", description="Their text, the HTML inside them, an attribute, or the value of an input."
    )
    attribute: str = Field("", description="The name of the attribute.")
    all: bool = Field(False, description="Take a list of all elements, instead of the first or all as one.")
    skip: FieldNames = Field(
        default_factory=list, description="CSS selectors of what is left out of the text."
    )

    @model_validator(mode="after")
    def _complete(self) -> Selection:
        """An attribute has a name."""
        if self.take == "attribute" and not self.attribute:
            raise ValueError("name the attribute to take")
        return self


class HtmlParameters(Parameters):
    """Parameters of data.html."""

    operation: Literal["extract", "generate", "table"] = Field(
        "extract",
        description="extract takes values out of a document, generate gives a text with expressions in it, "
        "table makes one HTML table of all items.",
    )
    source: Any = Field(None, description="For extract: the HTML, or a list of documents.")
    file: str = Field(
        "", description="For extract: the file of the item that holds the HTML, instead of source."
    )
    selections: list[Selection] = Field(
        default_factory=list, max_length=SELECTORS_MAX, description="For extract: the values to take."
    )
    trim: bool = Field(True, description="Whether space around values goes.")
    clean: bool = Field(False, description="Whether line breaks and runs of space become one space.")
    lines: bool = Field(
        False,
        description="Lay text out as plain mail: lines of 80 letters, blocks apart, headings in capitals, "
        "links with their addresses; of the first element only.",
    )
    html: str = Field("", description="For generate: the text.")
    raw: bool = Field(
        False,
        description="For table: values stand as they are, HTML in them too, and truth values are boxes.",
    )
    tableAttributes: str = Field("", description="For table with raw: attributes of the table.")
    headAttributes: str = Field("", description="For table with raw: attributes of its head.")
    rowAttributes: str = Field("", description="For table with raw: attributes of a row, for each item.")
    cellAttributes: str = Field("", description="For table with raw: attributes of its cells, for each item.")
    caption: str = Field("", description="For table: its caption.")
    capitalize: bool = Field(False, description="For table: whether names of fields are written as titles.")


MANIFEST = Manifest(
    type="data.html",
    label="HTML",
    summary="Takes values out of HTML, or makes HTML of items.",
    group="data",
    effect=Effect.PURE,
    parameters=HtmlParameters,
    icon="code",
)
