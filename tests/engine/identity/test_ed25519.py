"""Ed25519 as others make it."""

from __future__ import annotations

import pytest

from engine.base.errors import InvalidInput
from engine.identity.ed25519 import Ed25519, KeySigner

ORDER = 2**252 + 27742317777372353535851937790883648493

RFC_8032 = [  # section 7.1: seed, public key, message, signature
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00",
    ),
]


@pytest.mark.parametrize(("seed", "public", "message", "signature"), RFC_8032)
def test_the_vectors_of_the_rfc(seed: str, public: str, message: str, signature: str) -> None:
    scheme = Ed25519()
    assert scheme.public_key(bytes.fromhex(seed)).hex() == public
    assert scheme.sign(bytes.fromhex(seed), bytes.fromhex(message)).hex() == signature
    assert scheme.verify(bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature))


def test_a_second_signature_cannot_be_made_from_the_first() -> None:
    """S + L is the same number modulo the order of the group, and must be refused all the same."""
    scheme = Ed25519()
    signature = scheme.sign(bytes(32), b"data")
    again = int.from_bytes(signature[32:], "little") + ORDER
    malleated = signature[:32] + again.to_bytes(32, "little")
    assert not scheme.verify(scheme.public_key(bytes(32)), b"data", malleated)


def test_a_key_of_small_order_signs_nothing() -> None:
    identity_point = bytes([1, *[0] * 31])
    assert not Ed25519().verify(identity_point, b"anything", identity_point + bytes(32))


def test_a_seed_of_another_length_is_refused() -> None:
    with pytest.raises(InvalidInput, match="32 bytes, not 31"):
        Ed25519().sign(bytes(31), b"")


def test_a_signer_does_not_show_its_secret() -> None:
    assert "secret" not in repr(KeySigner.of("me", b"s" * 32))
