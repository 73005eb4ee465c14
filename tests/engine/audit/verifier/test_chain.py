"""The hash chain's rules."""

from __future__ import annotations

import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from engine.audit.verifier.chain import digest_of, link, salt_of

KEY = bytes(range(32))


def test_a_salt_is_the_first_half_of_the_hmac_of_the_sequence() -> None:
    assert salt_of(KEY, 258) == hmac.new(KEY, bytes([0, 0, 0, 0, 0, 0, 1, 2]), hashlib.sha256).digest()[:16]


def test_fixed_vectors_hold() -> None:
    digest = digest_of(salt_of(KEY, 1), b"payload")
    assert digest.hex() == hashlib.sha256(salt_of(KEY, 1) + b"payload").hexdigest()
    assert link(b"", digest).hex() == hashlib.sha256(digest).hexdigest()
    assert link(digest, digest).hex() == hashlib.sha256(digest + digest).hexdigest()


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_equal_payloads_have_different_digests(one: int, other: int) -> None:
    same = digest_of(salt_of(KEY, one), b"x") == digest_of(salt_of(KEY, other), b"x")
    assert same == (one == other)
