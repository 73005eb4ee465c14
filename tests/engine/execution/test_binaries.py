"""Files of items: stored in parts, read in parts."""

from __future__ import annotations

import io
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import PayloadTooLarge, StepFailure
from engine.execution import binaries as module
from engine.execution.binaries import BlockBinaries, with_inline_files, with_stored_files
from engine.ports.binaries import entry_of, size_text
from engine.testing.step_bench import HeldBlocks


@pytest.fixture
def files(monkeypatch):
    """Files in parts of ten bytes."""
    monkeypatch.setattr(module, "PART_BYTES", 10)
    return BlockBinaries(HeldBlocks(), 1000)


@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 20, 95])
def test_what_was_put_is_read_again(files, size):
    data = bytes(range(size))
    entry = files.put(data, file_name="a.bin")
    with files.open(entry) as stream:
        assert stream.read() == data
    assert entry["bytes"] == size


def test_a_stream_is_stored_part_by_part(files):
    entry = files.put(io.BytesIO(b"x" * 95))
    parts = [block for block in files._blocks.held.values() if set(block) == {ord("x")}]
    assert sorted(map(len, parts)) == [5, 10]  # equal parts are one block
    assert entry["bytes"] == 95


@given(st.integers(0, 120), st.integers(0, 40))
def test_a_file_can_be_searched_in(start, count):
    data = bytes(range(100))
    files = BlockBinaries(HeldBlocks(), 1000)
    with files.open(files.put(data)) as stream:
        stream.seek(start)
        assert stream.read(count) == data[start : start + count]


def test_a_file_in_parts_can_be_searched_in(files):
    data = bytes(range(95))
    with files.open(files.put(data)) as stream:
        for start, count in [(0, 5), (8, 30), (90, 20), (10, 10), (200, 1)]:
            stream.seek(start)
            assert stream.read(count) == data[start : start + count]
        stream.seek(-3, io.SEEK_END)
        assert stream.read() == data[-3:]


def test_a_file_above_the_limit_is_refused(files):
    with pytest.raises(PayloadTooLarge, match="binary_bytes_max"):
        files.put(b"x" * 1001)


@pytest.mark.parametrize("entry", [{}, {"data": 3}, {"data": "!"}, {"id": ""}])
def test_an_entry_without_bytes_is_an_error_of_the_step(files, entry):
    with pytest.raises(StepFailure):
        files.open(entry)


def test_an_entry_says_what_is_known():
    assert entry_of("b", 1040, "image/jpeg", "a.jpg") == {
        "mimeType": "image/jpeg",
        "fileType": "image",
        "fileExtension": "jpg",
        "fileName": "a.jpg",
        "fileSize": "1.04 kB",
        "bytes": 1040,
        "id": "b",
    }
    assert entry_of("b", 0, "", "x.xlsx")["mimeType"].endswith("spreadsheetml.sheet")
    assert "fileName" not in entry_of("b", 0, "text/csv")


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (28, "28 B"), (999, "999 B"), (1000, "1 kB"), (1_230_000, "1.23 MB")]
)
def test_sizes_have_three_digits(size, text):
    assert size_text(size) == text


def test_files_that_come_as_base64_become_blocks_and_back(files):
    item = {
        "json": {},
        "binary": {"f": {"data": b64encode(b"hi").decode(), "mimeType": "text/plain", "own": 1}},
    }
    (stored,) = with_stored_files([item], files)
    assert "data" not in stored["binary"]["f"]
    assert stored["binary"]["f"]["own"] == 1
    (shown,) = with_inline_files([stored], files, 10)
    assert shown["binary"]["f"]["data"] == item["binary"]["f"]["data"]
    assert with_inline_files([stored], files, 1) == [stored]
