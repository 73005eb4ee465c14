"""Tests of file.write."""

from __future__ import annotations

import os
import stat

import pytest

from engine.base.errors import PermissionDenied, StepFailure
from engine.ports.policy import PERSONAL, Policy
from engine.testing.step_bench import StepBench


def write(root, path, data=b"new", **parameters):
    policy = Policy(PERSONAL, files_root=str(root))
    bench = StepBench("file.write", {"path": path, **parameters}, policy=policy)
    entry = bench.context().binaries.put(data, file_name="x.bin")
    return bench.run([{"json": {"n": 1}, "binary": {"data": entry}}]).outputs["main"]


def test_a_file_is_made_and_written_anew(tmp_path):
    (item,) = write(tmp_path, "a.bin", b"longer")
    assert item["json"] == {"n": 1, "fileName": "a.bin"}
    assert "data" in item["binary"]
    write(tmp_path, "a.bin", b"new")
    assert (tmp_path / "a.bin").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "a.bin").stat().st_mode) & 0o077 == 0


def test_a_file_can_be_made_longer(tmp_path):
    write(tmp_path, "a.bin", b"1")
    write(tmp_path, "a.bin", b"2", append=True)
    assert (tmp_path / "a.bin").read_bytes() == b"12"


def test_nothing_outside_the_folder_is_written(tmp_path):
    root = tmp_path / "open"
    root.mkdir()
    (tmp_path / "secret").write_text("S")
    os.symlink(tmp_path / "secret", root / "link")
    os.symlink(tmp_path, root / "up")
    for path in ("../secret", str(tmp_path / "secret")):
        with pytest.raises(PermissionDenied):
            write(root, path)
    for path in ("link", "up/secret", "none/a", "."):
        with pytest.raises(StepFailure):
            write(root, path)
    assert (tmp_path / "secret").read_text() == "S"


def test_an_item_without_the_file_is_told(tmp_path):
    with pytest.raises(StepFailure, match="it has: data"):
        write(tmp_path, "a", property="other")
