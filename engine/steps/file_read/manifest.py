"""What file.read is and which parameters it has."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters


class FileReadParameters(Parameters):
    """Parameters of file.read."""

    path: str = Field(
        description="The file, seen from the folder that the node opens; *, ?, [a-z], {a,b}, ** fit several."
    )
    property: str = Field("data", min_length=1, description="Name of the file in the item.")
    fileName: str = Field("", description="Its name; else the one it has.")
    fileExtension: str = Field("", description="The ending that is told of it; else the one it has.")
    once: bool = Field(False, description="Read for the first item only.")
    none: Literal["pass", "fail"] = Field(
        "pass", description="What a pattern does that nothing fits: give no items, or fail."
    )
    mimeType: str = Field("", description="Its media type; else what its name speaks of.")
    pattern: bool = Field(True, description="Whether *, ?, [ ] and { } have their meaning.")
    keep: bool = Field(False, description="Whether fields and other files of the item that came in are kept.")
    describe: bool = Field(False, description="Whether name, type and size stand in the item's fields, too.")


MANIFEST = Manifest(
    type="file.read",
    label="Read files",
    summary="Reads files of the node's machine, inside the folder that its owner opens.",
    group="data",
    effect=Effect.READ,
    parameters=FileReadParameters,
    icon="file",
)
