"""The changes of a picture, carried out."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable
from typing import Any

from engine.steps.image_edit.changes import (
    Blur,
    Border,
    Create,
    Crop,
    Draw,
    Resize,
    Rotate,
    Shear,
    Text,
    Transparent,
)
from engine.steps.image_edit.opening import check_size, colour_of


def created(_: Any, given: Create) -> Any:
    """A new picture; what was there is left behind."""
    from PIL import Image

    check_size(given.width, given.height)
    return Image.new("RGBA", (given.width, given.height), colour_of(given.colour))


def resized(picture: Any, given: Resize) -> Any:
    """See :class:`Resize`."""
    from PIL import Image

    width, height = _new_size(picture, given)
    check_size(width, height)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def _new_size(picture: Any, given: Resize) -> tuple[int, int]:
    across, down = given.width / picture.width, given.height / picture.height
    if given.fit == "percent":
        across, down = given.width / 100, given.height / 100
    elif given.fit == "area":
        area = given.width * given.height
        across = down = min(1.0, math.sqrt(area / (picture.width * picture.height)))
    elif given.fit == "outside":
        across = down = max(across, down)
    elif given.fit != "exact":
        across = down = min(across, down)
    larger = picture.width > given.width or picture.height > given.height
    if (given.fit == "onlyLarger" and not larger) or (given.fit == "onlySmaller" and larger):
        across = down = 1.0
    return max(1, round(picture.width * across)), max(1, round(picture.height * down))


def cropped(picture: Any, given: Crop) -> Any:
    """The part that lies inside the picture; a part wholly outside is one transparent pixel."""
    left, top = max(0, given.x), max(0, given.y)
    right, bottom = min(picture.width, given.x + given.width), min(picture.height, given.y + given.height)
    return picture.crop((left, top, max(right, left + 1), max(bottom, top + 1)))


def rotated(picture: Any, given: Rotate) -> Any:
    """The size is judged before the picture is turned."""
    from PIL import Image

    angle = math.radians(given.degrees)
    width = abs(picture.width * math.cos(angle)) + abs(picture.height * math.sin(angle))
    height = abs(picture.width * math.sin(angle)) + abs(picture.height * math.cos(angle))
    check_size(math.ceil(width), math.ceil(height))
    colour = colour_of(given.colour)
    return picture.rotate(-given.degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=colour)


def sheared(picture: Any, given: Shear) -> Any:
    """Grown by what it is slanted."""
    from PIL import Image

    across, down = math.tan(math.radians(given.x)), math.tan(math.radians(given.y))
    width = math.ceil(picture.width + abs(across) * picture.height)
    height = math.ceil(picture.height + abs(down) * picture.width)
    check_size(width, height)
    left = across * picture.height if across > 0 else 0.0
    top = down * picture.width if down > 0 else 0.0
    terms = (1, across, -left, down, 1, -top)
    return picture.transform((width, height), Image.Transform.AFFINE, terms, Image.Resampling.BICUBIC)


def blurred(picture: Any, given: Blur) -> Any:
    """See :class:`Blur`."""
    from PIL import ImageFilter

    return picture.filter(ImageFilter.GaussianBlur(given.radius))


def bordered(picture: Any, given: Border) -> Any:
    """See :class:`Border`."""
    from PIL import Image

    width, height = picture.width + 2 * given.width, picture.height + 2 * given.height
    check_size(width, height)
    framed = Image.new("RGBA", (width, height), colour_of(given.colour))
    framed.paste(picture, (given.width, given.height))
    return framed


def cleared(picture: Any, given: Transparent) -> Any:
    """Every pixel of the very colour becomes transparent."""
    from PIL import Image, ImageChops

    red, green, blue, *_ = colour_of(given.colour)
    bands = picture.split()
    same = [
        band.point([255 if value == wanted else 0 for value in range(256)])
        for band, wanted in zip(bands, (red, green, blue), strict=False)
    ]
    hidden = ImageChops.darker(ImageChops.darker(same[0], same[1]), same[2])
    return Image.merge("RGBA", (*bands[:3], ImageChops.subtract(bands[3], hidden)))


def drawn(picture: Any, given: Draw) -> Any:
    """Drawn apart and laid upon the picture, so that colours may be half transparent."""
    from PIL import ImageDraw

    def shape(pen: Any) -> None:
        colour, start, end = colour_of(given.colour), (given.x, given.y), (given.toX, given.toY)
        if given.shape == "line":
            pen.line([start, end], fill=colour)
        elif given.shape == "circle":
            pen.circle(start, math.dist(start, end), fill=colour)
        else:
            box = [min(start[0], end[0]), min(start[1], end[1]), max(start[0], end[0]), max(start[1], end[1])]
            pen.rounded_rectangle(box, radius=given.corner, fill=colour)

    return _laid_upon(picture, lambda layer: shape(ImageDraw.Draw(layer)))


def lettered(picture: Any, given: Text) -> Any:
    """Written in the one font that comes along."""
    from PIL import ImageDraw, ImageFont

    lines = [part for line in given.text.split("\n") for part in textwrap.wrap(line, given.line) or [""]]
    font = ImageFont.load_default(given.size)

    def write(layer: Any) -> None:
        pen, colour = ImageDraw.Draw(layer), colour_of(given.colour)
        for number, line in enumerate(lines):
            down = given.y + number * round(given.size * 1.2)
            if down - 2 * given.size < picture.height:
                pen.text((given.x, down), line, fill=colour, font=font, anchor="ls")

    return _laid_upon(picture, write)


def _laid_upon(picture: Any, draw: Callable[[Any], None]) -> Any:
    from PIL import Image

    layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    draw(layer)
    return Image.alpha_composite(picture, layer)


def blended(picture: Any, other: Any, x: int, y: int, blend: str) -> Any:
    """Two pictures as one of the first one's size: by Porter and Duff's operators, or by arithmetic on
    the colours where both are."""
    from PIL import Image, ImageChops

    layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    layer.paste(other, (x, y))
    below, above = picture.getchannel("A"), layer.getchannel("A")
    if blend == "over":
        return Image.alpha_composite(picture, layer)
    if blend == "copy":
        box = Image.new("L", other.size, 255)
        found = picture.copy()
        found.paste(other, (x, y), box)
        return found
    if blend in ("in", "out"):
        mask = below if blend == "in" else ImageChops.invert(below)
        return _with_alpha(layer, ImageChops.multiply(above, mask))
    if blend == "atop":
        return _with_alpha(Image.alpha_composite(picture, layer), below)
    if blend == "xor":
        mine = _with_alpha(picture, ImageChops.multiply(below, ImageChops.invert(above)))
        theirs = _with_alpha(layer, ImageChops.multiply(above, ImageChops.invert(below)))
        return Image.alpha_composite(mine, theirs)
    mixed = _ARITHMETIC[blend](ImageChops, picture.convert("RGB"), layer.convert("RGB"))
    mixed.putalpha(above)
    return Image.alpha_composite(picture, mixed)


_ARITHMETIC: dict[str, Callable[[Any, Any, Any], Any]] = {
    "plus": lambda chops, one, two: chops.add(one, two),
    "minus": lambda chops, one, two: chops.subtract(one, two),
    "add": lambda chops, one, two: chops.add_modulo(one, two),
    "subtract": lambda chops, one, two: chops.subtract_modulo(one, two),
    "difference": lambda chops, one, two: chops.difference(one, two),
    "multiply": lambda chops, one, two: chops.multiply(one, two),
    "bumpmap": lambda chops, one, two: chops.multiply(one, two.convert("L").convert("RGB")),
}


def _with_alpha(picture: Any, alpha: Any) -> Any:
    found = picture.copy()
    found.putalpha(alpha)
    return found


CHANGING: dict[str, Callable[[Any, Any], Any]] = {
    "create": created,
    "resize": resized,
    "crop": cropped,
    "rotate": rotated,
    "shear": sheared,
    "blur": blurred,
    "border": bordered,
    "transparent": cleared,
    "draw": drawn,
    "text": lettered,
}
"""All that need nothing but the picture."""
