"""JSON that keeps the order of its keys."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.base.canonical import cid_of_bytes, decode, encode
from engine.base.errors import CorruptData
from engine.base.ordered import pack, packed, settle_text, text_of, unpack, value_of

TEXT = st.text(st.characters(codec="utf-8"), max_size=6)
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | TEXT
JSON = st.recursive(
    SCALARS.filter(lambda value: not (isinstance(value, float) and math.isinf(value))),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def same(one: Any, other: Any) -> bool:
    """Equal, of the same types, with keys in the same order."""
    return repr(one) == repr(other)


@settings(max_examples=150)
@given(JSON)
def test_a_packed_value_comes_back_with_its_keys_in_their_order(value: Any) -> None:
    assert same(unpack(pack(value)), value)


@settings(max_examples=100)
@given(JSON)
def test_what_settles_is_what_is_read_back_and_packs_to_the_same_bytes(value: Any) -> None:
    settled, text = settle_text(value)
    assert same(unpack(packed(text)), settled)
    assert pack(settled) == packed(text)


@settings(max_examples=100)
@given(JSON)
def test_values_in_their_older_canonical_form_are_still_read(value: Any) -> None:
    assert unpack(encode(value)) == value


def test_another_order_is_another_content() -> None:
    one, other = {"a": 1, "b": 2}, {"b": 2, "a": 1}
    assert cid_of_bytes(pack(one)) != cid_of_bytes(pack(other))
    assert cid_of_bytes(pack(one)) == cid_of_bytes(pack(dict(one)))


def test_a_packed_value_is_canonical_dag_cbor() -> None:
    found = pack([{"json": {"zeta": 1, "a": None}}])
    assert decode(found) == {"json": b'[{"json":{"zeta":1,"a":null}}]'}
    assert encode(decode(found)) == found


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ({"x": math.nan, "y": math.inf}, {"x": None, "y": None}),
        ({1: "one"}, {"1": "one"}),
        ("\ud800", "?"),
        ([2**70, -(2**63) - 1], [float(2**70), float(-(2**63) - 1)]),
    ],
)
def test_what_json_lacks_is_settled_as_the_canonical_form_settles_it(value: Any, read: Any) -> None:
    settled, text = settle_text(value)
    assert same(settled, read)
    assert same(value_of(text), read)


def test_numbers_are_written_in_one_way_for_good() -> None:
    """Names of contents depend on it: a library that writes them otherwise must not come in."""
    value = [1, 1.0, -0.0, 1e16, 1e21, 1e-7, 0.1, 123456789012345680.0, 5e-324, 2**64 - 1]
    text = b"[1,1.0,-0.0,1e+16,1e+21,1e-7,0.1,1.2345678901234568e+17,5e-324,18446744073709551615]"
    assert text_of(value) == text


def test_deep_values_are_kept_too() -> None:
    deep: Any = 1
    for _ in range(400):
        deep = {"b": deep, "a": 0}
    assert same(unpack(pack(deep)), deep)


@pytest.mark.parametrize(
    "value", [b"\x00", {"zeta": b"\x00", "a": 1}, {"json": b"[]"}, {"cbor": b"\x80"}, {"json": "[]"}]
)
def test_values_with_bytes_and_such_that_look_packed_are_kept(value: Any) -> None:
    assert unpack(pack(value)) == value


def test_bytes_are_no_json() -> None:
    with pytest.raises(TypeError, match="bytes"):
        text_of({"a": b"\x00"})
    with pytest.raises(CorruptData, match="not JSON"):
        value_of(b"\xff")
