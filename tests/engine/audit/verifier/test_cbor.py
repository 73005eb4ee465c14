"""The verifier's DAG-CBOR against the engine's, and what it refuses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audit.verifier.cbor import NotCanonical, decode, encode
from engine.base import canonical

NUMBERS = st.integers(-(2**64), 2**64 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
PLAIN = st.none() | st.booleans() | NUMBERS | TEXTS | st.binary(max_size=30)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)


def nested(leaves: st.SearchStrategy) -> st.SearchStrategy:
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=30) | st.dictionaries(TEXTS, inner, max_size=5)
    )


@given(nested(PLAIN))
def test_it_writes_what_the_engine_writes(value: object) -> None:
    assert encode(value) == canonical.encode(value)


@given(nested(PLAIN | FLOATS))
def test_it_reads_what_the_engine_writes(value: object) -> None:
    assert decode(canonical.encode(value)) == value


@given(nested(PLAIN | FLOATS), st.data())
def test_changed_bytes_are_refused_or_have_another_value(value: object, draw: st.DataObject) -> None:
    data = bytearray(canonical.encode(value))
    at, bit = draw.draw(st.integers(0, len(data) - 1)), draw.draw(st.integers(0, 7))
    data[at] ^= 1 << bit
    try:
        changed = decode(bytes(data))
    except NotCanonical:
        return
    assert canonical.encode(changed) == bytes(data)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("", "end"),
        ("18", "end"),
        ("1817", "longer than it must"),
        ("190017", "longer than it must"),
        ("5f41ff", "definite"),
        ("f97c00", "64 bits"),
        ("fb7ff8000000000000", "finite"),
        ("fb7ff0000000000000", "finite"),
        ("d82a450001710000", "tag"),
        ("a10102", "no text"),
        ("a2616201616102", "place"),
        ("a2616101616102", "place"),
        ("62ff00", "UTF-8"),
        ("0000", "1 bytes follow"),
        ("f7", "JSON's"),
        ("5a7fffffff00", "end"),
        ("9b7fffffffffffffff00", "end"),
        ("81" * 600 + "00", "levels"),
    ],
)
def test_what_is_not_canonical_is_refused(data: str, why: str) -> None:
    with pytest.raises(NotCanonical, match=why):
        decode(bytes.fromhex(data))
