"""What data.xml is and which parameters it has."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters


class XmlParameters(Parameters):
    """Parameters of data.xml."""

    operation: Literal["read", "write"] = Field(
        "read", description="read makes an object of XML, write makes XML of an object."
    )
    source: Any = Field(None, description="The XML text to read, or the object to write.")
    into: str = Field(
        "", description="The field that gets the result; without it what was read is the item itself."
    )
    root: bool = Field(True, description="Whether the outermost element stands in the result by its name.")
    attributes: Literal["merge", "group", "ignore"] = Field(
        "merge", description="Attributes beside the children, in an object of their own, or not at all."
    )
    attributesName: str = Field("$", min_length=1, description="The object that holds attributes.")
    textName: str = Field("_", min_length=1, description="The field for text beside attributes or children.")
    lists: Literal["repeated", "always"] = Field(
        "repeated", description="Whether only repeated elements become lists, or all."
    )
    trim: bool = Field(False, description="Whether space around text goes.")
    normalize: bool = Field(False, description="Whether space inside text is made single, too.")
    lowerNames: bool = Field(False, description="Whether names of elements become lower case.")
    rootName: str = Field("root", min_length=1, description="The outermost element where none is given.")
    declaration: bool = Field(True, description="Whether written XML begins with its declaration.")
    cdata: bool = Field(False, description="Whether text that needs escaping is written as CDATA.")


MANIFEST = Manifest(
    type="data.xml",
    label="XML",
    summary="Reads XML into objects, or writes it.",
    group="data",
    effect=Effect.PURE,
    parameters=XmlParameters,
    icon="code",
)
