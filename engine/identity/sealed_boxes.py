"""Envelopes for named recipients: one content key, sealed to the X25519 key of each of them.

An envelope is DAG-CBOR: ``{"form", "recipients": {name: sealed content key}, "body"}``. The body is bound
to all the rest, so nobody can be added or taken out. A sealed box (libsodium's ``crypto_box_seal``) is
anonymous: who made an envelope is said by a signature, not by this.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nacl.bindings import crypto_sign_ed25519_pk_to_curve25519, crypto_sign_ed25519_sk_to_curve25519
from nacl.exceptions import CryptoError
from nacl.exceptions import RuntimeError as SodiumError
from nacl.public import PrivateKey, PublicKey, SealedBox

from engine.base.canonical import decode, encode
from engine.base.errors import CorruptData, InvalidInput, KeyMissing, SealBroken
from engine.base.limits import RECIPIENTS_MAX
from engine.identity.xchacha import KEY_BYTES, XChaChaKey, fresh_key
from engine.ports.cipher import bound_to

FORM = "qflow/shared/1"


def x25519_of(ed25519_public: bytes) -> bytes:
    """The X25519 public key that belongs to an Ed25519 one, both 32 bytes."""
    try:
        key: bytes = crypto_sign_ed25519_pk_to_curve25519(ed25519_public)
    except (SodiumError, CryptoError, ValueError, TypeError) as error:
        raise InvalidInput("this is no Ed25519 public key of 32 bytes") from error
    return key


def x25519_private_of(ed25519_seed: bytes, ed25519_public: bytes) -> bytes:
    """The X25519 private key that belongs to an Ed25519 seed, both 32 bytes."""
    key: bytes = crypto_sign_ed25519_sk_to_curve25519(ed25519_seed + ed25519_public)
    return key


def share(data: bytes, recipients: Mapping[str, bytes]) -> bytes:
    """See :meth:`engine.ports.cipher.Cipher.share`."""
    if not 0 < len(recipients) <= RECIPIENTS_MAX:
        raise InvalidInput(f"name 1 to {RECIPIENTS_MAX} recipients, not {len(recipients)}")
    key = fresh_key()
    sealed = {name: _sealed_to(name, public, key) for name, public in recipients.items()}
    body = XChaChaKey(key).seal(data, _place(sealed))
    return encode({"form": FORM, "recipients": sealed, "body": body})


def open_shared(envelope: bytes, name: str, private: bytes) -> bytes:
    """The data for one of the recipients, by its X25519 private key (32 bytes).

    Raises :class:`KeyMissing` where it is not for that name, :class:`SealBroken` where the key is not that
    recipient's or the envelope was changed, :class:`CorruptData` where it is none.
    """
    content = _read(envelope)
    recipients = content["recipients"]
    if name not in recipients:
        raise KeyMissing(f"this envelope is not for {name!r}")
    try:
        key = SealedBox(PrivateKey(private)).decrypt(recipients[name])
    except (CryptoError, ValueError):
        raise SealBroken(f"the private key at hand does not open what is for {name!r}") from None
    if len(key) != KEY_BYTES:
        raise SealBroken("the envelope holds no content key")
    return XChaChaKey(key).open(content["body"], _place(recipients))


def _read(envelope: bytes) -> dict[str, Any]:
    content = decode(envelope)
    if not isinstance(content, dict) or content.get("form") != FORM:
        raise CorruptData(f"this is no envelope of the form {FORM}")
    recipients, body = content.get("recipients"), content.get("body")
    if not isinstance(recipients, dict) or not isinstance(body, bytes):
        raise CorruptData("the envelope lacks its recipients or its body")
    if not all(isinstance(sealed, bytes) for sealed in recipients.values()):
        raise CorruptData("the envelope's recipients have no sealed keys")
    return content


def _sealed_to(name: str, public: bytes, key: bytes) -> bytes:
    try:
        sealed: bytes = SealedBox(PublicKey(public)).encrypt(key)
    except (CryptoError, SodiumError, ValueError, TypeError) as error:
        raise InvalidInput(f"the public key of {name!r} is no X25519 key of 32 bytes") from error
    return sealed


def _place(sealed: Mapping[str, bytes]) -> bytes:
    return bound_to("shared", encode(dict(sealed)))
