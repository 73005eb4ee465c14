"""Tests of file.archive."""

from __future__ import annotations

import io
import zipfile

import pytest

from engine.base.errors import PayloadTooLarge, StepFailure
from engine.steps.file_archive import packing
from engine.testing.step_bench import StepBench


def archive(files, **parameters):
    """Names and bytes of what comes out, by the item's own names."""
    bench = StepBench("file.archive", parameters)
    context = bench.context()
    binary = {key: context.binaries.put(data, file_name=name) for key, (name, data) in files.items()}
    (item,) = bench.run([{"json": {"n": 1}, "binary": binary}]).outputs["main"]
    assert item["json"] == {"n": 1}
    return {
        key: (entry["fileName"], context.binaries.open(entry).read()) for key, entry in item["binary"].items()
    }


def zip_of(**files):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in files.items():
            target.writestr(name, data)
    return held.getvalue()


FILES = {"a": ("a.txt", b"A" * 1000), "b": ("b.txt", b"B")}


def test_what_is_packed_into_zip_comes_out_again():
    packed = archive(FILES, operation="pack", properties=["a", "b"], fileName="x.zip")
    assert packed["data"][0] == "x.zip"
    assert archive(packed) == {"file_0": FILES["a"], "file_1": FILES["b"]}
    assert packed == archive(FILES, operation="pack", properties=["a", "b"], fileName="x.zip")


def test_what_is_packed_into_gzip_comes_out_again():
    packed = archive(FILES, operation="pack", format="gzip", properties=["a", "b"], prefix="z")
    assert [name for name, _ in packed.values()] == ["a.txt.gz", "b.txt.gz"]
    assert archive(packed, properties=["z0", "z1"]) == {"file_0": FILES["a"], "file_1": FILES["b"]}


def test_names_in_archives_name_no_place():
    data = zip_of(**{"../../etc/passwd": b"x", "C:\\a\\b.txt": b"y", "folder/": b""})
    assert [name for name, _ in archive({"data": ("x.zip", data)}).values()] == ["passwd", "b.txt"]


@pytest.mark.parametrize("format_", ["zip", "gzip"])
def test_a_bomb_ends_where_the_bound_is(format_, monkeypatch):
    files = {"a": ("a", bytes(3_000_000))}
    packed = archive(files, operation="pack", format=format_, properties=["a"], prefix="z")
    ((name, _),) = packed.items()
    monkeypatch.setattr(packing, "ARCHIVE_BYTES_MAX", 1_000_000)
    with pytest.raises(PayloadTooLarge):
        archive(packed, properties=[name])


def test_too_many_files_are_refused(monkeypatch):
    monkeypatch.setattr(packing, "ARCHIVE_FILES_MAX", 1)
    with pytest.raises(StepFailure, match="more than 1 files"):
        archive({"data": ("x.zip", zip_of(a=b"", b=b""))})


@pytest.mark.parametrize("data", [b"", b"no archive", b"PK\x03\x04", b"\x1f\x8b\x08broken", b"PK\x05\x06"])
def test_broken_archives_are_refused(data):
    with pytest.raises(StepFailure):
        archive({"data": ("x.zip", data)})


def test_a_damaged_part_is_refused():
    data = bytearray(zip_of(a=bytes(range(256)) * 4))
    data[40:60] = bytes(20)
    with pytest.raises(StepFailure):
        archive({"data": ("x.zip", bytes(data))})
