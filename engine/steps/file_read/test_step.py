"""Tests of file.read."""

from __future__ import annotations

import os

import pytest

from engine.base.errors import InvalidInput, PermissionDenied, StepFailure
from engine.ports.policy import PERSONAL, Policy
from engine.steps import file_paths
from engine.testing.step_bench import StepBench


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "open"
    (folder / "sub" / "deep").mkdir(parents=True)
    (folder / "a.txt").write_text("A")
    (folder / "b.csv").write_text("x\n1")
    (folder / ".hidden.txt").write_text("H")
    (folder / "sub" / "c.txt").write_text("C")
    (folder / "sub" / "deep" / "d.txt").write_text("D")
    (tmp_path / "secret.txt").write_text("S")
    return folder


def read(root, path, **parameters):
    policy = Policy(PERSONAL, files_root=None if root is None else str(root))
    bench = StepBench("file.read", {"path": str(path), **parameters}, policy=policy)
    items = bench.run([{"json": {"n": 1}}]).outputs["main"]
    context = bench.context()
    return items, [context.binaries.open(item["binary"]["data"]).read() for item in items]


def names(root, pattern):
    return [item["binary"]["data"]["fileName"] for item in read(root, pattern)[0]]


def test_a_file_is_read_by_its_path_from_the_folder_or_from_the_top(root):
    assert read(root, "sub/c.txt")[1] == [b"C"]
    assert read(root, root / "a.txt")[1] == [b"A"]
    assert read(root, "sub/../a.txt")[1] == [b"A"]


def test_an_item_tells_of_its_file_where_that_is_asked_for(root):
    (item,), _ = read(root, "a.txt", describe=True)
    told = {"fileName": "a.txt", "fileExtension": "txt", "mimeType": "text/plain", "fileType": "text"}
    assert item["json"] == {**told, "fileSize": "1 B"}
    assert read(root, "a.txt", keep=True)[0][0]["json"] == {"n": 1}


def test_patterns_fit_names_in_order(root):
    assert names(root, "*.txt") == ["a.txt"]
    assert names(root, "{a.txt,b.*}") == ["a.txt", "b.csv"]
    assert names(root, "[a-b].*") == ["a.txt", "b.csv"]
    assert names(root, "*/?.txt") == ["c.txt"]
    assert names(root, "**/*.txt") == ["a.txt", "c.txt", "d.txt"]
    assert names(root, ".h*") == [".hidden.txt"]
    assert names(root, "*.none") == []


@pytest.mark.parametrize("path", ["../secret.txt", "/etc/passwd", "sub/../../secret.txt", "../*", "/etc/*"])
def test_nothing_outside_the_folder_is_read(root, path):
    with pytest.raises(PermissionDenied):
        read(root, path)


def test_links_lead_nowhere(root):
    os.symlink(root.parent / "secret.txt", root / "link.txt")
    os.symlink(root.parent, root / "up")
    for path in ("link.txt", "up/secret.txt"):
        with pytest.raises(StepFailure):
            read(root, path)
    assert names(root, "**/*.txt") == ["a.txt", "c.txt", "d.txt"]


def test_what_is_no_plain_file_is_refused(root):
    os.mkfifo(root / "pipe")
    for path in ("pipe", "sub", ".", "none.txt", "a.txt/b"):
        with pytest.raises(StepFailure):
            read(root, path)
    for path in ("", "a\0b", "x/" * 100):
        with pytest.raises(InvalidInput):
            read(root, path)


def test_without_a_folder_nothing_is_read(root):
    with pytest.raises(PermissionDenied, match="QFLOW_FILES_ROOT"):
        read(None, "a.txt")


def test_a_pattern_that_fits_too_much_is_refused(root, monkeypatch):
    monkeypatch.setattr(file_paths, "FILES_FOUND_MAX", 2)
    with pytest.raises(StepFailure, match="more than 2 files"):
        read(root, "**/*.txt")
    with pytest.raises(InvalidInput, match="alternatives"):
        read(root, "{a,b}" * 20)


def test_a_hostile_pattern_takes_no_long_time(root):
    (root / ("a" * 200)).write_text("")
    assert names(root, "*a" * 60 + "b") == []
