"""Canonical encoding and CIDs."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.canonical import (
    DAG_CBOR,
    RAW,
    cid_of,
    cid_of_bytes,
    decode,
    decode_canonical,
    encode,
    settle,
)
from engine.base.errors import CorruptData

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("data", "codec", "cid"),
    [
        # made with another implementation of the multiformats specifications
        (b"hello world", RAW, "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"),
        (b"", RAW, "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"),
        (b"\xa0", DAG_CBOR, "bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua"),
    ],
)
def test_cids_are_those_that_kubo_gives(data: bytes, codec: int, cid: str) -> None:
    assert cid_of_bytes(data, codec) == cid


@given(JSON)
def test_what_is_encoded_is_read_back(value: object) -> None:
    settled, encoded = settle(value)
    assert decode(encoded) == decode(encode(settled))
    assert encode(decode(encoded)) == encoded


@given(st.dictionaries(st.text(), st.integers(0, 9), min_size=2))
def test_the_order_of_keys_does_not_change_the_cid(value: dict[str, int]) -> None:
    assert cid_of(value) == cid_of(dict(reversed(value.items())))


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (math.nan, None),
        (math.inf, None),
        ((1, 2), [1, 2]),
        ({1: "a"}, {"1": "a"}),
        (2**70, float(2**70)),
        ("a\ud800b", "a?b"),
    ],
)
def test_what_dag_cbor_lacks_is_mapped(value: object, stored: object) -> None:
    settled, encoded = settle([value])
    assert settled == [stored]
    assert decode(encoded) == [stored]


def test_what_is_no_json_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="a set cannot be stored"):
        encode({"a": {1, 2}})


def test_broken_bytes_are_told() -> None:
    with pytest.raises(CorruptData, match="not DAG-CBOR"):
        decode(b"\xff\xff")


LIKE_A_CID = b"\x01\x00\x00\x00"
"""The smallest bytes that are a CID of version 1."""


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (LIKE_A_CID, b"\x44" + LIKE_A_CID),
        (
            [LIKE_A_CID, 1.5, "\u062a*"],
            b"\x83\x44" + LIKE_A_CID + b"\xfb\x3f\xf8" + bytes(6) + b"\x63\xd8\xaa*",
        ),
        ({"b": LIKE_A_CID, "aa": [], "a": None}, b"\xa3\x61a\xf6\x61b\x44" + LIKE_A_CID + b"\x62aa\x80"),
        (
            {"n" * 30: [LIKE_A_CID] * 30},
            b"\xa1\x78\x1e" + b"n" * 30 + b"\x98\x1e" + (b"\x44" + LIKE_A_CID) * 30,
        ),
    ],
)
def test_bytes_that_look_like_a_cid_stay_bytes(value: object, encoded: bytes) -> None:
    assert encode(value) == encoded
    assert decode(encoded) == value
    assert decode_canonical(encoded) == value


def test_links_that_were_written_before_are_read_as_bytes() -> None:
    older = b"\x81\xd8\x2a\x45\x00" + LIKE_A_CID
    assert decode_canonical(older) == [LIKE_A_CID]
    with pytest.raises(ValueError, match="canonical"):
        decode_canonical(b"\x18\x01")
