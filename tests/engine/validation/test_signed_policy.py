"""Signed policies: which may follow which, and why others are refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.canonical import decode, encode
from engine.base.errors import InvalidInput, NotGenuine
from engine.base.multikey import multikey
from engine.identity.ed25519 import Ed25519
from engine.validation.signed_policy import (
    SKEW_US,
    Draft,
    SignedPolicy,
    body_of,
    check_follows,
    envelope_of,
    read_signed,
    to_sign,
)

SCHEME = Ed25519()
NOW = 10**15
DAY = 86_400 * 1_000_000


def key(name: str) -> str:
    return multikey(SCHEME.public_key(seed(name)))


def seed(name: str) -> bytes:
    return sha256(name.encode()).digest()


def draft(*names: str, threshold: int = 2, **more: Any) -> Draft:
    keys = {key(name): name for name in names}
    made = Draft("acme", "dao", NOW, NOW + 30 * DAY, keys, threshold, {"code": "approved-only"}, "head")
    return replace(made, **more)


def signed(body: bytes, *names: str) -> SignedPolicy:
    signatures = {key(name): SCHEME.sign(seed(name), to_sign(body)) for name in names}
    return read_signed(envelope_of(body, signatures))


def first() -> SignedPolicy:
    return signed(body_of(draft("a", "b", "c"), None), "a", "b")


def reason(before: SignedPolicy | None, new: SignedPolicy, now_us: int = NOW) -> str:
    try:
        check_follows(before, new, SCHEME, now_us)
    except NotGenuine as error:
        return str(error.details["reason"])
    return ""


def changed(policy: SignedPolicy, names: Sequence[str] = "ab", **fields: Any) -> SignedPolicy:
    """The same with other fields in its body, signed anew."""
    return signed(encode({**decode(policy.body), **fields}), *names)


def test_the_next_version_follows_when_enough_have_signed() -> None:
    before = first()
    assert reason(None, before) == ""
    new = signed(body_of(draft("a", "b", "c"), before), "b", "c")
    assert reason(before, new) == ""
    assert (new.version, new.prior) == (2, before.cid)


def test_too_few_signatures_are_refused_and_a_key_counts_once() -> None:
    before = first()
    body = body_of(draft("a", "b", "c"), before)
    assert reason(before, signed(body, "a")) == "threshold"
    assert reason(before, signed(body, "a", "stranger")) == "threshold"
    one = SCHEME.sign(seed("a"), to_sign(body))
    assert reason(before, read_signed(envelope_of(body, {key("a"): one, key("b"): one}))) == "threshold"


def test_a_signature_over_something_else_does_not_count() -> None:
    before = first()
    body = body_of(draft("a", "b", "c"), before)
    bare = {key(name): SCHEME.sign(seed(name), body) for name in "ab"}
    assert reason(before, read_signed(envelope_of(body, bare))) == "threshold"
    assert reason(before, replace(before, version=2, prior=before.cid, body=body)) == "threshold"


def test_rollback_gaps_and_mixing_are_refused() -> None:
    one = first()
    two = signed(body_of(draft("a", "b", "c"), one), "a", "b")
    other = signed(body_of(draft("a", "b", "c", document={"code": "any"}), one), "a", "b")
    three = signed(body_of(draft("a", "b", "c"), other), "a", "b")
    assert reason(two, one) == "rollback"
    assert reason(two, other) == "rollback"
    assert reason(two, three) == "mixed"
    assert reason(one, three) == "gap"
    assert reason(None, two) == "gap"


def test_a_policy_of_another_subnet_or_dao_is_refused() -> None:
    one = first()
    two = signed(body_of(draft("a", "b", "c"), one), "a", "b")
    assert reason(one, changed(two, subnet="other")) == "other"
    assert reason(one, changed(two, dao="other")) == "other"


def test_expired_future_and_endless_policies_are_refused() -> None:
    one = first()
    assert reason(None, one, one.expires_us - 1) == ""
    assert reason(None, one, one.expires_us) == "expired"
    assert reason(None, one, NOW - SKEW_US) == ""
    assert reason(None, one, NOW - SKEW_US - 1) == "time"
    assert reason(None, changed(one, expires=NOW)) == "time"
    assert reason(None, changed(one, expires=NOW + 400 * DAY)) == "time"
    check_follows(None, one, SCHEME, None)


def test_new_keys_are_signed_by_the_old_ones_and_by_themselves() -> None:
    one = first()
    body = body_of(draft("d", "e"), one)
    assert reason(one, signed(body, "d", "e")) == "threshold"
    assert reason(one, signed(body, "a", "b")) == "threshold"
    two = signed(body, "a", "b", "d", "e")
    assert reason(one, two) == ""
    assert reason(two, signed(body_of(draft("d", "e"), two), "a", "b")) == "threshold"
    assert reason(two, signed(body_of(draft("d", "e"), two), "d", "e")) == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"threshold": 0},
        {"threshold": 4},
        {"threshold": True},
        {"keys": {}},
        {"keys": {"z6Mk": "a"}},
        {"version": -1},
        {"document": []},
        {"form": "qflow/policy/2"},
        {"more": 1},
    ],
)
def test_what_is_no_signed_policy_is_not_read(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        changed(first(), **wrong)


def test_bytes_that_are_not_canonical_are_not_read() -> None:
    body = first().body
    for data in (b"", b"\xff", encode([1]), encode({"body": body}), encode({"body": "x", "signatures": {}})):
        with pytest.raises(InvalidInput):
            read_signed(data)


@given(place=st.integers(0), bit=st.integers(0, 7))
def test_no_bit_can_be_changed(place: int, bit: int) -> None:
    one = first()
    body = bytearray(one.body)
    body[place % len(body)] ^= 1 << bit
    try:
        forged = read_signed(envelope_of(bytes(body), one.signatures))
    except InvalidInput:
        return
    assert reason(None, forged) != ""
