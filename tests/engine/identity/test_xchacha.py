"""XChaCha20-Poly1305: what is sealed opens in its place with its key, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import CorruptData, KeyMissing, SealBroken
from engine.identity.xchacha import OVERHEAD_BYTES, XChaChaKey, fresh_key, key_id_of, sealing_key_of
from engine.ports.cipher import bound_to

KEY, OTHER = XChaChaKey(b"\x01" * 32), XChaChaKey(b"\x02" * 32)
PLACE = bound_to("entry", "alpha", "exe_1", 1)


@given(st.binary(max_size=300), st.binary(max_size=60))
def test_what_is_sealed_opens_in_its_place(data: bytes, place: bytes) -> None:
    sealed = KEY.seal(data, place)
    assert KEY.open(sealed, place) == data
    assert len(sealed) == len(data) + OVERHEAD_BYTES


@given(st.binary(min_size=1, max_size=40), st.data())
def test_any_changed_bit_is_found(data: bytes, draw: st.DataObject) -> None:
    sealed = bytearray(KEY.seal(data, PLACE))
    at = draw.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[at // 8] ^= 1 << at % 8
    with pytest.raises((SealBroken, KeyMissing)):
        KEY.open(bytes(sealed), PLACE)


@pytest.mark.parametrize("length", range(OVERHEAD_BYTES + 5))
def test_what_is_cut_off_does_not_open(length: int) -> None:
    with pytest.raises(SealBroken):
        KEY.open(KEY.seal(b"12345", PLACE)[:length], PLACE)


def test_what_was_moved_does_not_open() -> None:
    sealed = KEY.seal(b"paid", PLACE)
    for place in (
        bound_to("entry", "beta", "exe_1", 1),
        bound_to("entry", "alpha", "exe_2", 1),
        bound_to("entry", "alpha", "exe_1", 2),
        bound_to("error", "alpha", "exe_1", 1),
        b"",
    ):
        with pytest.raises(SealBroken):
            KEY.open(sealed, place)


def test_places_cannot_be_confused() -> None:
    places = [("a", "bc"), ("ab", "c"), ("abc",), ("a", "b", "c"), (b"a", "bc"), ("a", 1), ("a", "1")]
    assert len({bound_to(*place) for place in places}) == len(places)


def test_the_same_content_never_looks_the_same() -> None:
    assert len({KEY.seal(b"same", PLACE) for _ in range(100)}) == 100


def test_another_key_is_named_and_nothing_else_told() -> None:
    sealed = KEY.seal(b"top secret", PLACE)
    with pytest.raises(KeyMissing) as caught:
        OTHER.open(sealed, PLACE)
    assert KEY.id.hex() in caught.value.message
    assert "top secret" not in str(caught.value)
    assert (b"\x01" * 32).hex() not in repr(KEY) + str(caught.value.details)


def test_all_forgeries_get_the_same_answer() -> None:
    sealed, messages = KEY.seal(b"content", PLACE), set()
    for forged, place in [
        (sealed[:-1] + bytes([sealed[-1] ^ 1]), PLACE),
        (sealed[:40] + b"\x00" + sealed[41:], PLACE),
        (sealed[:9] + b"\x00" * 24 + sealed[33:], PLACE),
        (sealed, b"elsewhere"),
    ]:
        with pytest.raises(CorruptData) as caught:
            KEY.open(forged, place)
        messages.add(str(caught.value))
    assert len(messages) == 1


def test_the_header_names_the_key() -> None:
    key = fresh_key()
    assert sealing_key_of(XChaChaKey(key).seal(b"", b"")) == key_id_of(key)
    assert key_id_of(b"\x01" * 32) != key_id_of(b"\x02" * 32)


def test_a_known_answer_of_the_specification_opens() -> None:
    """draft-irtf-cfrg-xchacha-03, appendix A.3.1, through the same binding."""
    from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as encrypt

    text = (
        b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
        b"sunscreen would be it."
    )
    data = bytes.fromhex("50515253c0c1c2c3c4c5c6c7")
    key, nonce = bytes(range(0x80, 0xA0)), bytes(range(0x40, 0x58))
    assert encrypt(text, data, nonce, key)[-16:].hex() == "c0875924c1c7987947deafd8780acf49"
