"""The changes of a picture: their words."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from engine.base.limits import (
    IMAGE_BLUR_MAX,
    IMAGE_FONT_MAX,
    IMAGE_SIDE_MAX,
    IMAGE_TEXT_CHARACTERS_MAX,
)
from engine.steps.base import Parameters

Side = Annotated[int, Field(ge=1, le=IMAGE_SIDE_MAX)]
Place = Annotated[int, Field(ge=-IMAGE_SIDE_MAX, le=IMAGE_SIDE_MAX)]
Colour = Annotated[str, Field(min_length=1, max_length=40)]
_COLOUR = "A colour: #rrggbb, #rrggbbaa or a name such as red."

Blend = Literal[
    "over",
    "in",
    "out",
    "atop",
    "xor",
    "plus",
    "minus",
    "add",
    "subtract",
    "difference",
    "multiply",
    "bumpmap",
    "copy",
]


class Create(Parameters):
    """A new picture in one colour; whatever came before is left behind."""

    kind: Literal["create"]
    width: Side = Field(50, description="Pixels.")
    height: Side = Field(50, description="Pixels.")
    colour: Colour = Field("#ffffff00", description=_COLOUR)


class Resize(Parameters):
    """Another size."""

    kind: Literal["resize"]
    width: float = Field(500, gt=0, le=IMAGE_SIDE_MAX, description="Pixels, or per cent.")
    height: float = Field(500, gt=0, le=IMAGE_SIDE_MAX, description="Pixels, or per cent.")
    fit: Literal["inside", "outside", "exact", "area", "onlyLarger", "onlySmaller", "percent"] = Field(
        "inside",
        description="inside and outside keep the proportions, exact does not; area gives no more pixels than"
        " width times height; onlyLarger changes larger pictures alone, onlySmaller smaller ones; percent"
        " takes both for per cent.",
    )


class Crop(Parameters):
    """A part of the picture."""

    kind: Literal["crop"]
    width: Side = Field(500, description="Pixels.")
    height: Side = Field(500, description="Pixels.")
    x: Place = Field(0, description="Pixels from the left.")
    y: Place = Field(0, description="Pixels from the top.")


class Rotate(Parameters):
    """Turned clockwise; it grows so that nothing is lost."""

    kind: Literal["rotate"]
    degrees: float = Field(0, ge=-3600, le=3600, description="Degrees, clockwise.")
    colour: Colour = Field("#ffffffff", description=f"What fills the corners. {_COLOUR}")


class Shear(Parameters):
    """Slanted."""

    kind: Literal["shear"]
    x: float = Field(0, ge=-80, le=80, description="Degrees along the width.")
    y: float = Field(0, ge=-80, le=80, description="Degrees along the height.")


class Blur(Parameters):
    """Blurred by a Gaussian."""

    kind: Literal["blur"]
    radius: float = Field(2, ge=0, le=IMAGE_BLUR_MAX, description="Its standard deviation in pixels.")


class Border(Parameters):
    """A border around it."""

    kind: Literal["border"]
    width: int = Field(10, ge=0, le=IMAGE_SIDE_MAX, description="Pixels left and right.")
    height: int = Field(10, ge=0, le=IMAGE_SIDE_MAX, description="Pixels above and below.")
    colour: Colour = Field("#000000", description=_COLOUR)


class Transparent(Parameters):
    """A colour that becomes transparent."""

    kind: Literal["transparent"]
    colour: Colour = Field("#ff0000", description=_COLOUR)


class Composite(Parameters):
    """Another file of the item laid upon it."""

    kind: Literal["composite"]
    property: str = Field(min_length=1, description="Name of the item's file that is laid on.")
    x: Place = Field(0, description="Pixels from the left.")
    y: Place = Field(0, description="Pixels from the top.")
    blend: Blend = Field("over", description="How both are put together (Porter and Duff, and arithmetic).")


class Draw(Parameters):
    """A shape."""

    kind: Literal["draw"]
    shape: Literal["rectangle", "circle", "line"] = Field("rectangle", description="What is drawn.")
    colour: Colour = Field("#000000", description=_COLOUR)
    x: Place = Field(50, description="Where it starts; of a circle, its centre.")
    y: Place = Field(50, description="Where it starts; of a circle, its centre.")
    toX: Place = Field(250, description="Where it ends; of a circle, a point on it.")
    toY: Place = Field(250, description="Where it ends; of a circle, a point on it.")
    corner: int = Field(0, ge=0, le=IMAGE_SIDE_MAX, description="Radius of a rectangle's corners.")


class Text(Parameters):
    """Text on the picture."""

    kind: Literal["text"]
    text: str = Field(max_length=IMAGE_TEXT_CHARACTERS_MAX, description="What is written.")
    size: int = Field(18, ge=1, le=IMAGE_FONT_MAX, description="Height of the letters in pixels.")
    colour: Colour = Field("#000000", description=_COLOUR)
    x: Place = Field(50, description="Where the text starts.")
    y: Place = Field(50, description="The line that its first letters stand on.")
    line: int = Field(80, ge=1, le=IMAGE_TEXT_CHARACTERS_MAX, description="Letters after which a line ends.")


Change = Annotated[
    Create | Resize | Crop | Rotate | Shear | Blur | Border | Transparent | Composite | Draw | Text,
    Field(discriminator="kind"),
]
