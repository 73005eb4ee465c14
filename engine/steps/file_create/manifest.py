"""What file.create is and which parameters it has."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters


class FileCreateParameters(Parameters):
    """Parameters of file.create."""

    format: Literal["csv", "html", "xlsx", "ods", "rtf", "json", "text", "base64"] = Field(
        "csv", description="What the file becomes; base64 takes the bytes from a text in base64."
    )
    source: Any = Field(
        None, description="For json, text and base64: the value; without it json takes the whole item."
    )
    together: bool = Field(False, description="For json: one file with a list of all items.")
    property: str = Field("data", min_length=1, description="Name of the file in the item.")
    fileName: str = Field("", description="Its name; without one it is file.ENDING.")
    naming: Literal["file", "none"] = Field(
        "file", description="Without fileName: the file is file.ENDING, or has no name."
    )
    mimeType: str = Field("", description="Its media type; else the format's.")
    encoding: str = Field("utf-8", description="For csv, json and text: how letters become bytes.")
    byteOrderMark: bool = Field(False, description="For csv, json and text: whether it begins with a mark.")
    indent: bool = Field(False, description="For json: whether it is written in lines.")
    header: bool = Field(True, description="For tables: whether the first row names the columns.")
    delimiter: str = Field(",", min_length=1, max_length=1, description="For csv: what separates cells.")
    sheet: str = Field("Sheet", description="For xlsx and ods: the sheet's name.")
    lists: Literal["text", "columns"] = Field(
        "text", description="For tables: lists are one cell with JSON, or a column for each element."
    )
    drop: str = Field("", description="With keep: a field, by its path, that goes.")
    missing: Literal["fail", "skip"] = Field(
        "fail", description="What becomes of an item without the value: an error, or nothing."
    )
    keepFiles: bool = Field(False, description="Whether the other files of the item are kept.")
    keep: bool = Field(False, description="Whether fields and files of the item are kept.")


TABLES = frozenset({"csv", "html", "xlsx", "ods", "rtf"})
"""Formats that take all items into one file."""

MANIFEST = Manifest(
    type="file.create",
    label="Make a file",
    summary="Makes a file of items or of a value: tables, JSON, text or bytes.",
    group="data",
    effect=Effect.PURE,
    parameters=FileCreateParameters,
    icon="file-plus",
)
