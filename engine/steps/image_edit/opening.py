"""Pictures in and out of files, bounded in size."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from engine.base.errors import InvalidInput, PayloadTooLarge, StepFailure
from engine.base.limits import IMAGE_PIXELS_MAX, IMAGE_SIDE_MAX
from engine.ports.step_catalogue import StepContext
from engine.steps.files import file_bytes

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
"""What is read and written: no format whose reader starts another program."""

_DAMAGED = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    EOFError,
    struct.error,
    zlib.error,
)


def opened(context: StepContext, entry: Mapping[str, Any]) -> tuple[Any, str]:
    """The picture in a file (of several frames the first), with transparency, and its format. The size that
    its head tells is judged before anything is unpacked. Raises :class:`StepFailure`."""
    from PIL import Image

    data = file_bytes(context, entry)
    try:
        with bounded():
            picture = Image.open(BytesIO(data), formats=FORMATS)
            check_size(*picture.size)
            kind = str(picture.format)
            return picture.convert("RGBA"), kind
    except Image.UnidentifiedImageError as error:
        raise StepFailure(f"the file is no picture that is read; {', '.join(FORMATS)} are") from error
    except _DAMAGED as error:
        raise StepFailure("the picture is damaged") from error


@contextmanager
def bounded() -> Iterator[None]:
    """What the library itself takes for too large is :class:`PayloadTooLarge`."""
    from PIL import Image

    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PayloadTooLarge(_too_large()) from error


def check_size(width: int, height: int) -> None:
    """Raises :class:`PayloadTooLarge`."""
    if max(width, height) > IMAGE_SIDE_MAX or width * height > IMAGE_PIXELS_MAX:
        raise PayloadTooLarge(_too_large())


def _too_large() -> str:
    return f"the picture would have more than {IMAGE_PIXELS_MAX} pixels, or a side above {IMAGE_SIDE_MAX}"


def saved(picture: Any, kind: str, quality: int) -> bytes:
    """The bytes of a file; what a format cannot keep transparent becomes white."""
    held = BytesIO()
    if kind in ("JPEG", "BMP"):
        picture = upon(picture, "white").convert("RGB")
    more = {"quality": quality} if kind in ("JPEG", "WEBP") else {}
    picture.save(held, format=kind, **more)
    return held.getvalue()


def upon(picture: Any, colour: str) -> Any:
    """The picture before a colour."""
    from PIL import Image

    return Image.alpha_composite(Image.new("RGBA", picture.size, colour), picture)


def colour_of(text: str) -> tuple[int, ...]:
    """Red, green, blue and opacity, each to 255; raises :class:`InvalidInput`."""
    from PIL import ImageColor

    try:
        return tuple(ImageColor.getcolor(text.strip(), "RGBA"))
    except ValueError as error:
        raise InvalidInput(f"{text[:40]!r} is no colour; write #rrggbb, #rrggbbaa or a name") from error


def facts_of(context: StepContext, entry: Mapping[str, Any]) -> dict[str, Any]:
    """What the file is: format, size, kind of colours, transparency, resolution."""
    from PIL import Image

    data = file_bytes(context, entry)
    picture, kind = opened(context, entry)
    with Image.open(BytesIO(data), formats=FORMATS) as raw:
        mode, frames, dots = raw.mode, int(getattr(raw, "n_frames", 1)), raw.info.get("dpi")
    facts = {
        "format": kind,
        "size": {"width": picture.width, "height": picture.height},
        "Geometry": f"{picture.width}x{picture.height}",
        "mode": mode,
        "transparent": picture.getextrema()[3][0] < 255,
        "frames": frames,
        "Filesize": len(data),
    }
    return {**facts, "resolution": [float(dot) for dot in dots]} if dots else facts
