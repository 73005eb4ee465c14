"""Blocks on disk: broken ones are found, and no crash leaves half of one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.base.canonical import RAW, encode
from engine.base.errors import CorruptData
from engine.storage.blocks import FileBlockStore, codec_of

CONTENT = encode({"n": list(range(100))})


@pytest.fixture
def store(tmp_path: Path) -> FileBlockStore:
    return FileBlockStore(tmp_path / "blocks")


def only_file(tmp_path: Path) -> Path:
    [path] = [path for path in (tmp_path / "blocks").rglob("*") if path.is_file()]
    return path


@pytest.mark.parametrize("broken", [b"", b"x", CONTENT[:-1], CONTENT[:-1] + b"\x00"])
def test_a_broken_block_is_found_and_mended_by_storing_it_again(
    store: FileBlockStore, tmp_path: Path, broken: bytes
) -> None:
    cid = store.put("alpha", CONTENT)
    only_file(tmp_path).write_bytes(broken)
    with pytest.raises(CorruptData, match=cid):
        store.get("alpha", cid)
    store.put("alpha", CONTENT)
    assert store.get("alpha", cid) == CONTENT


def test_a_write_that_fails_leaves_nothing(
    store: FileBlockStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        store.put("alpha", CONTENT)
    assert [path for path in (tmp_path / "blocks").rglob("*") if path.is_file()] == []


def test_what_a_crash_left_behind_is_no_block(store: FileBlockStore, tmp_path: Path) -> None:
    cid = store.put("alpha", CONTENT)
    (only_file(tmp_path).parent / ".new-half").write_bytes(CONTENT[:5])
    assert store.cids("alpha") == [cid]


def test_another_store_on_the_same_directory_finds_the_block(store: FileBlockStore, tmp_path: Path) -> None:
    cid = store.put("alpha", CONTENT)
    assert FileBlockStore(str(tmp_path / "blocks")).get("alpha", cid) == CONTENT


def test_the_codec_is_read_from_the_cid(store: FileBlockStore) -> None:
    assert codec_of(store.put("alpha", CONTENT)) == 0x71
    assert codec_of(store.put("alpha", CONTENT, RAW)) == 0x55
    assert codec_of("bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi") is None, (
        "dag-pb is not ours"
    )
