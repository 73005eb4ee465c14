"""What file.extract is and which parameters it has."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters


class FileExtractParameters(Parameters):
    """Parameters of file.extract."""

    format: Literal[
        "auto", "csv", "xlsx", "xls", "ods", "rtf", "html", "json", "ics", "text", "pdf", "base64"
    ] = Field("auto", description="What the file is; auto tells all but base64 by name and type.")
    property: str = Field("data", min_length=1, description="Name of the item's file.")
    into: str = Field(
        "data", description="For json, ics, text and base64: the field; empty: the value is the item."
    )
    encoding: str = Field("utf-8", description="For csv, html, json, ics and text: how bytes become letters.")
    stripMark: bool = Field(True, description="Whether a byte order mark at the beginning goes.")
    header: bool = Field(True, description="For tables: whether the first row names the columns.")
    emptyCells: bool = Field(False, description="For tables: whether empty cells become empty texts.")
    delimiter: str = Field(",", min_length=1, max_length=1, description="For csv: what separates cells.")
    fromLine: int = Field(1, ge=1, description="For csv: the first line that is read.")
    cells: Literal["auto", "text", "values"] = Field(
        "auto",
        description="For csv and html: cells are texts, or numbers, truth values and days; auto takes csv "
        "for text and html for values.",
    )
    records: bool = Field(
        False,
        description="For csv: names of columns stand as written, the last of two alike counts, rows of "
        "empty cells are items, and without a header a row is an object of its filled cells by number.",
    )
    range: str = Field(
        "",
        pattern=r"^(|[A-Za-z]{1,3}[1-9]\d{0,6}(:[A-Za-z]{1,3}[1-9]\d{0,6})?|\d{1,7})$",
        description="For all tables but csv: the cells to read, as B2:D10, or the rows to leave out first.",
    )
    rowsMax: int = Field(-1, ge=-1, description="For tables: no more objects than this; -1: all.")
    sheet: str = Field("", description="For xlsx, xls and ods: the sheet; else the first.")
    password: str = Field("", repr=False, description="For pdf: what opens it.")
    pagesMax: int = Field(0, ge=0, description="For pdf: no more pages than this; 0: all.")
    joinPages: bool = Field(True, description="For pdf: one text, or a list with one for each page.")
    missing: Literal["fail", "skip"] = Field(
        "fail", description="What becomes of an item without the file: an error, or nothing."
    )
    keepFields: bool = Field(False, description="Whether the fields of the item are kept.")
    keepFile: bool = Field(False, description="Whether the file is kept.")


MANIFEST = Manifest(
    type="file.extract",
    label="Read from a file",
    summary="Takes rows, values or text out of a file of each item.",
    group="data",
    effect=Effect.PURE,
    parameters=FileExtractParameters,
    icon="file-search",
)
