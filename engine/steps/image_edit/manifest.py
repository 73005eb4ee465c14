"""What image.edit is and which parameters it has."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.base.limits import IMAGE_CHANGES_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters
from engine.steps.image_edit.changes import Change


class ImageParameters(Parameters):
    """Parameters of image.edit."""

    changes: list[Change] = Field(
        default_factory=list, max_length=IMAGE_CHANGES_MAX, description="What is done, one after the other."
    )
    describe: bool | Literal["only"] = Field(
        False,
        description="Whether facts of the picture are put into the item's fields; only: in their place.",
    )
    property: str = Field("data", min_length=1, description="Name of the item's file.")
    into: str = Field("", description="Name of the new file; else the same.")
    format: Literal["", "png", "jpeg", "webp", "gif", "bmp", "tiff"] = Field(
        "", description="What the file becomes; else it stays what it is."
    )
    quality: int = Field(90, ge=1, le=100, description="For jpeg and webp: from 1 to 100.")
    fileName: str = Field("", description="The file's name; else it stays as it is.")


MANIFEST = Manifest(
    type="image.edit",
    label="Edit picture",
    summary="Makes and changes pictures, and tells facts of them.",
    group="data",
    effect=Effect.PURE,
    parameters=ImageParameters,
    icon="image",
)
