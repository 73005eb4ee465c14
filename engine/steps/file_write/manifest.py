"""What file.write is and which parameters it has."""

from __future__ import annotations

from pydantic import Field

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters


class FileWriteParameters(Parameters):
    """Parameters of file.write."""

    path: str = Field(description="The file, as seen from the folder that the node opens.")
    property: str = Field("data", min_length=1, description="Name of the item's file that is written.")
    append: bool = Field(False, description="Whether what the file holds is kept, and the rest put after it.")


MANIFEST = Manifest(
    type="file.write",
    label="Write file",
    summary="Writes a file of each item to the node's machine, inside the folder that its owner opens.",
    group="data",
    effect=Effect.WRITE,
    parameters=FileWriteParameters,
    icon="save",
)
