"""The contract of signature schemes, and of signers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.multikey import public_key_of
from engine.identity.ed25519 import Ed25519, KeySigner
from engine.testing.signatures import FakeScheme, FakeSigner

SCHEMES = [FakeScheme(), Ed25519()]
SEEDS = st.binary(min_size=32, max_size=32)


@pytest.mark.parametrize("scheme", SCHEMES, ids=["fake", "ed25519"])
class TestSchemes:
    """Whoever has the seed signs; whoever has the public key checks."""

    @given(seed=SEEDS, data=st.binary(max_size=100))
    def test_what_a_seed_signs_its_public_key_verifies(self, scheme: Any, seed: bytes, data: bytes) -> None:
        public, signature = scheme.public_key(seed), scheme.sign(seed, data)
        assert (len(public), len(signature)) == (32, 64)
        assert scheme.verify(public, data, signature)

    @given(seed=SEEDS, data=st.binary(min_size=1, max_size=20), bit=st.integers(0, 511))
    def test_any_other_bit_is_found(self, scheme: Any, seed: bytes, data: bytes, bit: int) -> None:
        def flipped(content: bytes) -> bytes:
            place, mask = divmod(bit % (8 * len(content)), 8)
            return content[:place] + bytes([content[place] ^ (1 << mask)]) + content[place + 1 :]

        public, signature = scheme.public_key(seed), scheme.sign(seed, data)
        assert not scheme.verify(public, flipped(data), signature)
        assert not scheme.verify(public, data, flipped(signature))
        assert not scheme.verify(flipped(public), data, signature)

    @pytest.mark.parametrize("key", [b"", b"x", bytes(33)])
    def test_what_is_no_key_verifies_nothing(self, scheme: Any, key: bytes) -> None:
        assert not scheme.verify(key, b"data", scheme.sign(bytes(32), b"data"))

    @pytest.mark.parametrize("signature", [b"", bytes(63), bytes(65), bytes(64)])
    def test_what_is_no_signature_verifies_nothing(self, scheme: Any, signature: bytes) -> None:
        assert not scheme.verify(scheme.public_key(bytes(32)), b"data", signature)


@pytest.mark.parametrize(
    ("scheme", "signer"),
    [(FakeScheme(), FakeSigner("me", b"s" * 32)), (Ed25519(), KeySigner.of("me", b"s" * 32))],
    ids=["fake", "ed25519"],
)
def test_a_signer_names_the_key_that_checks_its_signatures(scheme: Any, signer: Any) -> None:
    assert signer.identity == "me"
    assert scheme.verify(public_key_of(signer.key), b"data", signer.sign(b"data"))
