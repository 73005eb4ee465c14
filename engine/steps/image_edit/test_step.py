"""Tests of image.edit."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.base.errors import InvalidInput, PayloadTooLarge, StepFailure
from engine.steps.image_edit import opening
from engine.testing.step_bench import StepBench


def picture(colour="red", size=(40, 20), kind="PNG"):
    held = io.BytesIO()
    Image.new("RGBA" if kind == "PNG" else "RGB", size, colour).save(held, kind)
    return held.getvalue()


def edited(*changes, data=None, other=None, **parameters):
    bench = StepBench("image.edit", {"changes": list(changes), **parameters})
    binaries = bench.context().binaries
    files = {"data": binaries.put(picture() if data is None else data, file_name="a.png")}
    if other is not None:
        files["other"] = binaries.put(other, file_name="b.png")
    (item,) = bench.run([{"json": {"n": 1}, "binary": files}]).outputs["main"]
    name = parameters.get("into") or "data"
    return item, Image.open(binaries.open(item["binary"][name])).convert("RGBA")


def change(kind, **more):
    return edited({"kind": kind, **more})[1]


@pytest.mark.parametrize(
    ("fit", "width", "height", "size"),
    [
        ("inside", 20, 20, (20, 10)),
        ("outside", 20, 20, (40, 20)),
        ("exact", 7, 9, (7, 9)),
        ("area", 20, 10, (20, 10)),
        ("area", 100, 100, (40, 20)),
        ("onlyLarger", 100, 100, (40, 20)),
        ("onlyLarger", 20, 100, (20, 10)),
        ("onlySmaller", 80, 80, (80, 40)),
        ("onlySmaller", 10, 10, (40, 20)),
        ("percent", 50, 200, (20, 40)),
    ],
)
def test_a_picture_gets_another_size(fit, width, height, size):
    assert change("resize", fit=fit, width=width, height=height).size == size


def test_a_part_is_cut_out_and_a_border_put_around():
    assert change("crop", width=10, height=5, x=35, y=3).size == (5, 5)
    assert change("crop", width=10, height=5, x=500, y=500).size == (1, 1)
    framed = change("border", width=1, height=2, colour="blue")
    assert (framed.size, framed.getpixel((0, 0)), framed.getpixel((1, 2))) == (
        (42, 24),
        (0, 0, 255, 255),
        (255, 0, 0, 255),
    )


def test_a_picture_is_turned_slanted_and_blurred():
    assert change("rotate", degrees=90).size == (20, 40)
    assert change("rotate", degrees=45, colour="lime").getpixel((0, 0)) == (0, 255, 0, 255)
    assert change("shear", x=45).size == (60, 20)
    dot = edited({"kind": "draw", "shape": "line", "x": 5, "y": 5, "toX": 5, "toY": 5}, {"kind": "blur"})[1]
    assert dot.getpixel((5, 5)) not in {(0, 0, 0, 255), (255, 0, 0, 255)}


def test_shapes_and_letters_are_drawn():
    drawn = change("draw", x=2, y=2, toX=10, toY=10, colour="#0000ff80")
    assert drawn.getpixel((5, 5)) == (127, 0, 128, 255)
    assert drawn.getpixel((12, 12)) == (255, 0, 0, 255)
    assert change("draw", shape="circle", x=20, y=10, toX=20, toY=15, colour="blue").getpixel((20, 12)) == (
        *(0, 0, 255, 255),
    )
    written = change("text", text="WWWW", x=0, y=18, size=18, colour="blue")
    assert (0, 0, 255, 255) in [colour for _, colour in written.getcolors(1000)]


def test_a_colour_becomes_transparent():
    assert change("transparent", colour="red").getpixel((0, 0))[3] == 0
    assert change("transparent", colour="#fe0000").getpixel((0, 0))[3] == 255


@pytest.mark.parametrize(
    ("blend", "inside"),
    [
        ("over", (0, 0, 255, 255)),
        ("copy", (0, 0, 255, 255)),
        ("in", (0, 0, 255, 255)),
        ("out", (0, 0, 255, 0)),
        ("atop", (0, 0, 255, 255)),
        ("plus", (255, 0, 255, 255)),
        ("minus", (255, 0, 0, 255)),
        ("add", (255, 0, 255, 255)),
        ("subtract", (255, 0, 1, 255)),
        ("difference", (255, 0, 255, 255)),
        ("multiply", (0, 0, 0, 255)),
    ],
)
def test_pictures_are_laid_upon_each_other(blend, inside):
    laid = {"kind": "composite", "property": "other", "x": 3, "y": 4, "blend": blend}
    found = edited(laid, other=picture("blue", (5, 5)))[1]
    assert found.getpixel((4, 5)) == inside
    assert found.size == (40, 20)


def test_xor_leaves_what_only_one_covers():
    laid = {"kind": "composite", "property": "other", "blend": "xor"}
    found = edited(laid, other=picture("blue", (5, 5)))[1]
    assert (found.getpixel((1, 1))[3], found.getpixel((10, 10))) == (0, (255, 0, 0, 255))


def test_changes_follow_one_another_and_the_format_may_change():
    item, found = edited(
        {"kind": "create", "width": 10, "height": 10, "colour": "#00ff00"},
        {"kind": "resize", "width": 4, "height": 4},
        format="jpeg",
        into="thumb",
    )
    assert (found.size, found.format, item["json"]) == ((4, 4), None, {"n": 1})
    assert item["binary"]["thumb"]["mimeType"] == "image/jpeg"
    assert item["binary"]["thumb"]["fileName"] == "picture.jpg"
    assert set(item["binary"]) == {"data", "thumb"}


def test_facts_are_told():
    item, _ = edited(data=picture(kind="JPEG"), describe=True)
    assert item["json"]["format"] == "JPEG"
    assert item["json"]["size"] == {"width": 40, "height": 20}
    assert item["json"]["transparent"] is False


def bomb(width, height):
    """A PNG whose head promises more than it has."""
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunk = b"IHDR" + head
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))


@pytest.mark.parametrize("size", [(60_000, 60_000), (20_001, 1), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_refused_by_its_head(size):
    with pytest.raises((PayloadTooLarge, StepFailure)):
        edited({"kind": "blur"}, data=bomb(*size))


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "create", "width": 20_000, "height": 20_000},
        {"kind": "resize", "width": 20_000, "height": 20_000, "fit": "percent"},
        {"kind": "border", "width": 20_000},
        {"kind": "shear", "x": 80},
        {"kind": "rotate", "degrees": 45},
    ],
)
def test_no_change_makes_a_picture_too_large(asked, monkeypatch):
    monkeypatch.setattr(opening, "IMAGE_PIXELS_MAX", 1_000)
    with pytest.raises(PayloadTooLarge):
        edited(asked)


def test_letters_wider_than_any_picture_are_refused_and_not_drawn():
    with pytest.raises(PayloadTooLarge):
        change("text", text="W" * 10_000, size=1_000, line=10_000)


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"<svg/>", picture()[:60]])
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(StepFailure):
        edited({"kind": "blur"}, data=data)


def test_what_is_no_colour_and_a_missing_file_are_told():
    with pytest.raises(InvalidInput, match="colour"):
        change("create", colour="nonsense")
    with pytest.raises(StepFailure, match="it has: data"):
        change("composite", property="none")


@pytest.mark.filterwarnings("ignore")  # the library warns of damage that it reads over
@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=80), kind=st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF"]))
def test_damage_anywhere_is_refused_clearly(data, kind):
    held = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(held, kind)
    whole = held.getvalue()
    place = len(data) * 3 % max(len(whole), 1)
    with contextlib.suppress(StepFailure, PayloadTooLarge):
        edited({"kind": "blur"}, data=whole[:place] + data + whole[place + len(data) :])
