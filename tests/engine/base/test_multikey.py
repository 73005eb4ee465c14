"""Public keys as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import InvalidInput
from engine.base.multikey import did_key, multikey, public_key_of

KEYS = st.binary(min_size=32, max_size=32)


@given(KEYS)
def test_a_key_reads_back_from_its_text(key: bytes) -> None:
    assert multikey(key).startswith("z6Mk")
    assert public_key_of(multikey(key)) == public_key_of(did_key(key)) == key


def test_the_example_of_the_did_key_specification() -> None:
    did = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    assert did_key(public_key_of(did)) == did


@pytest.mark.parametrize(
    "text",
    [
        "",
        "z",
        "did:key:",
        "did:web:example.com",
        "z" + "1" * 47,
        "z" + "0" * 47,
        "u6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
        "zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBm",
    ],
)
def test_what_is_no_ed25519_key_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="no Ed25519 key"):
        public_key_of(text)
