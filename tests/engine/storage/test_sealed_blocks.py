"""Sealed blocks: nothing of the content on the disk or elsewhere; mended from wherever they are whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.base.canonical import DAG_CBOR, RAW, cid_of_bytes, encode
from engine.base.errors import CorruptData, NetworkFailure, UnknownObject
from engine.base.limits import BLOCK_PIECE_BYTES_MAX
from engine.ports.block_shelf import Spread
from engine.storage.packs import PackedBlocks
from engine.testing.memory_keys import memory_cipher
from engine.testing.memory_replicas import MemoryReplicas

CONTENT = encode({"text": "Zweiundvierzig-Geheimnis" * 10})
LARGE = os.urandom(BLOCK_PIECE_BYTES_MAX * 2 + 5)


@pytest.fixture
def replicas() -> MemoryReplicas:
    return MemoryReplicas()


@pytest.fixture
def store(database: str, tmp_path: Path, replicas: MemoryReplicas) -> PackedBlocks:
    return PackedBlocks(
        tmp_path / "blocks", memory_cipher(), lambda: 10, replicas=replicas, using=database, sync=False
    )


def files(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "blocks").rglob("*") if path.is_file()]


def sent(store: PackedBlocks, replicas: MemoryReplicas) -> None:
    """Send all that waits."""
    for record in store.queued(1 << 60, 100):
        for piece in store.pieces(record.subnet, record.cid):
            replicas.put(piece.data, piece.codec)
        store.spread(record)


def test_the_files_tell_nothing_and_keep_their_own_cids(store: PackedBlocks, tmp_path: Path) -> None:
    store.put("alpha", CONTENT)
    [path] = files(tmp_path)
    assert b"Zweiundvierzig" not in path.read_bytes()
    assert path.name == cid_of_bytes(path.read_bytes(), RAW)


def test_the_same_content_is_another_block_in_another_subnet(store: PackedBlocks, tmp_path: Path) -> None:
    assert store.put("alpha", CONTENT) == store.put("beta", CONTENT)
    assert len({path.name for path in files(tmp_path)}) == 2


def test_large_contents_are_pieces_that_peers_take(
    store: PackedBlocks, replicas: MemoryReplicas, tmp_path: Path
) -> None:
    cid = store.put("alpha", LARGE, RAW)
    assert store.get("alpha", cid) == LARGE
    assert max(path.stat().st_size for path in files(tmp_path)) <= BLOCK_PIECE_BYTES_MAX
    assert [piece.codec for piece in store.pieces("alpha", cid)] == [RAW, RAW, RAW, DAG_CBOR]
    store.drop("alpha", cid)
    assert files(tmp_path) == []


@pytest.mark.parametrize("content", [CONTENT, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("harm", ["missing", "broken"])
def test_what_is_missing_or_broken_here_is_fetched_from_elsewhere(
    store: PackedBlocks, replicas: MemoryReplicas, tmp_path: Path, content: bytes, harm: str
) -> None:
    cid = store.put("alpha", content, RAW)
    sent(store, replicas)
    for path in files(tmp_path):
        path.unlink() if harm == "missing" else path.write_bytes(b"broken")
    assert store.mended("alpha", cid)
    assert not store.mended("alpha", cid)
    replicas.away = True
    assert store.get("alpha", cid) == content


def test_what_is_whole_nowhere_is_an_error_that_names_it(
    store: PackedBlocks, replicas: MemoryReplicas, tmp_path: Path
) -> None:
    cid = store.put("alpha", CONTENT)
    [path] = files(tmp_path)
    path.unlink()
    with pytest.raises(CorruptData, match=path.name):
        store.get("alpha", cid)
    replicas.stored[path.name] = b"a lie"
    with pytest.raises(CorruptData):
        store.get("alpha", cid)
    replicas.away = True
    with pytest.raises(CorruptData, match="not to be had"):
        store.get("alpha", cid)
    assert store.put("alpha", CONTENT) == cid
    assert store.get("alpha", cid) == CONTENT


def test_a_dropped_block_cannot_be_read_from_its_copies(
    store: PackedBlocks, replicas: MemoryReplicas
) -> None:
    cid = store.put("alpha", CONTENT)
    sent(store, replicas)
    copies = dict(replicas.stored)
    store.drop("alpha", cid)
    assert replicas.stored == {}
    replicas.stored.update(copies)
    with pytest.raises(UnknownObject):
        store.get("alpha", cid)


def test_the_queue_remembers_what_could_not_be_sent(store: PackedBlocks) -> None:
    store.put("alpha", CONTENT)
    [record] = store.queued(10, 9)
    store.postpone(record, 50, "away")
    assert store.queued(49, 9) == []
    [again] = store.queued(50, 9)
    assert (again.attempts, again.error) == (1, "away")
    store.spread(again)
    assert store.queued(1 << 60, 9) == []
    assert store.amounts("alpha")[Spread.REPLICATED].blocks == 1
    assert store.amounts("beta")[Spread.REPLICATED].blocks == 0
    store.queue_again("alpha", record.cid)
    assert len(store.queued(10, 9)) == 1


def test_a_block_stored_again_is_not_collected(database: str, tmp_path: Path) -> None:
    now = [0]
    store = PackedBlocks(tmp_path / "b", memory_cipher(), lambda: now[0], using=database, sync=False)
    cid = store.put("alpha", CONTENT)
    [record] = store.records("alpha")
    now[0] = 10**9
    assert store.put("alpha", CONTENT) == cid
    assert not store.discard(record)
    assert store.get("alpha", cid) == CONTENT
    assert store.discard(store.records("alpha")[0])
    assert not store.has("alpha", cid)


def test_files_that_no_record_names_are_found(store: PackedBlocks, tmp_path: Path) -> None:
    from engine.storage.blocks import FileBlockStore

    cid = store.put("alpha", LARGE, RAW)
    left = FileBlockStore(tmp_path / "blocks", sync=False).put("alpha", b"left by a crash", RAW)
    assert store.orphans("alpha", 1 << 62) == [left]
    assert store.orphans("alpha", 0) == []
    store.drop_orphan("alpha", left)
    assert store.orphans("alpha", 1 << 62) == []
    assert store.get("alpha", cid) == LARGE


def test_replicas_that_are_away_say_so(replicas: MemoryReplicas) -> None:
    replicas.away = True
    with pytest.raises(NetworkFailure):
        replicas.holders("cid")
