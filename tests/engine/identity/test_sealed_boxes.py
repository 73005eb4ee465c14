"""Envelopes for named recipients: each of them opens one, nobody else does."""

from __future__ import annotations

import pytest
from nacl.public import PrivateKey
from nacl.signing import SigningKey

from engine.base.canonical import decode, encode
from engine.base.errors import CorruptData, InvalidInput, KeyMissing, QflowError, SealBroken
from engine.identity.sealed_boxes import open_shared, share, x25519_of, x25519_private_of

ALICE, BOB, EVE = (PrivateKey(bytes([number]) * 32) for number in (1, 2, 3))
BOTH = {"alice": bytes(ALICE.public_key), "bob": bytes(BOB.public_key)}


def test_every_recipient_opens_it() -> None:
    envelope = share(b"result", BOTH)
    assert b"result" not in envelope
    assert open_shared(envelope, "alice", bytes(ALICE)) == b"result"
    assert open_shared(envelope, "bob", bytes(BOB)) == b"result"


def test_nobody_else_does() -> None:
    envelope = share(b"result", BOTH)
    with pytest.raises(KeyMissing):
        open_shared(envelope, "eve", bytes(EVE))
    with pytest.raises(SealBroken):
        open_shared(envelope, "alice", bytes(EVE))


def test_recipients_cannot_be_added_taken_out_or_renamed() -> None:
    content = decode(share(b"result", BOTH))
    keys = content["recipients"]
    less, more = {"alice": keys["alice"]}, {**keys, "eve": keys["bob"]}
    for changed in (less, more, {**less, "b": b""}):
        with pytest.raises(SealBroken):
            open_shared(encode({**content, "recipients": changed}), "alice", bytes(ALICE))


@pytest.mark.parametrize("position", range(0, 400, 7))
def test_a_changed_byte_is_found(position: int) -> None:
    envelope = bytearray(share(b"result", BOTH))
    envelope[position % len(envelope)] ^= 1
    with pytest.raises((QflowError, UnicodeError)):
        open_shared(bytes(envelope), "alice", bytes(ALICE))


@pytest.mark.parametrize(
    "envelope",
    [b"", b"x", encode({}), encode([]), encode({"form": "qflow/shared/1"}),
     encode({"form": "qflow/shared/1", "recipients": {"alice": 1}, "body": b""})],
)  # fmt: skip
def test_what_is_no_envelope_is_refused(envelope: bytes) -> None:
    with pytest.raises(CorruptData):
        open_shared(envelope, "alice", bytes(ALICE))


@pytest.mark.parametrize("recipients", [{}, {"alice": b"short"}, {"alice": b"\x00" * 32}])
def test_wrong_recipients_are_refused(recipients: dict[str, bytes]) -> None:
    with pytest.raises(InvalidInput):
        share(b"result", recipients)


def test_an_ed25519_identity_can_be_a_recipient() -> None:
    signing = SigningKey(b"\x07" * 32)
    public = bytes(signing.verify_key)
    envelope = share(b"result", {"alice": x25519_of(public)})
    assert open_shared(envelope, "alice", x25519_private_of(bytes(signing), public)) == b"result"
    with pytest.raises(InvalidInput):
        x25519_of(b"\x00" * 31)
