"""The contract of the block store."""

from __future__ import annotations

import os
from typing import Any

import pytest

from engine.base.canonical import DAG_CBOR, RAW, cid_of, cid_of_bytes, encode
from engine.base.errors import UnknownObject
from tests.databases import in_threads

CONTENT = encode({"items": [1, 2, 3]})


class TestBlocks:
    """Bytes go in, their CID comes out; by it they are found again."""

    def test_a_block_is_found_by_its_cid(self, blocks: Any) -> None:
        cid = blocks.put("alpha", CONTENT)
        assert cid == cid_of({"items": [1, 2, 3]})
        assert blocks.get("alpha", cid) == CONTENT
        assert blocks.has("alpha", cid)

    def test_codecs_give_different_blocks(self, blocks: Any) -> None:
        raw, cbor = blocks.put("alpha", CONTENT, RAW), blocks.put("alpha", CONTENT, DAG_CBOR)
        assert raw != cbor
        assert blocks.get("alpha", raw) == blocks.get("alpha", cbor) == CONTENT

    @pytest.mark.parametrize("size", [0, 1, 1 << 20])
    def test_any_size(self, blocks: Any, size: int) -> None:
        data = os.urandom(size)
        assert blocks.get("alpha", blocks.put("alpha", data, RAW)) == data

    def test_storing_twice_changes_nothing(self, blocks: Any) -> None:
        assert blocks.put("alpha", CONTENT) == blocks.put("alpha", CONTENT)
        assert blocks.cids("alpha") == [cid_of_bytes(CONTENT)]

    def test_many_writers_of_one_block_store_it_once(self, blocks: Any) -> None:
        data = os.urandom(200_000)
        assert len(set(in_threads(4, lambda n: blocks.put("alpha", data)))) == 1
        assert blocks.get("alpha", cid_of_bytes(data)) == data

    @pytest.mark.parametrize("other", ["beta", "ALPHA", "../alpha", "alpha/..", "", ".", "a" * 300, "é"])
    def test_subnets_do_not_see_each_other(self, blocks: Any, other: str) -> None:
        cid = blocks.put("alpha", CONTENT)
        assert not blocks.has(other, cid)
        assert blocks.cids(other) == []
        with pytest.raises(UnknownObject):
            blocks.get(other, cid)
        own = blocks.put(other, b"other", RAW)
        blocks.drop(other, cid)
        assert blocks.get("alpha", cid) == CONTENT
        assert blocks.cids("alpha") == [cid]
        assert blocks.cids(other) == [own]

    @pytest.mark.parametrize("cid", ["", "b", "../../etc/passwd", "b" + "a" * 58, "Qm" + "a" * 44, "é" * 59])
    def test_what_is_no_cid_is_unknown(self, blocks: Any, cid: str) -> None:
        assert not blocks.has("alpha", cid)
        blocks.drop("alpha", cid)
        with pytest.raises(UnknownObject):
            blocks.get("alpha", cid)

    def test_a_dropped_block_is_gone(self, blocks: Any) -> None:
        cid, kept = blocks.put("alpha", CONTENT), blocks.put("alpha", b"kept", RAW)
        blocks.drop("alpha", cid)
        blocks.drop("alpha", cid)
        assert not blocks.has("alpha", cid)
        assert blocks.cids("alpha") == [kept]
        with pytest.raises(UnknownObject):
            blocks.get("alpha", cid)
