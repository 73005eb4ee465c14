"""Ed25519 signatures (RFC 8032) with PyNaCl, which is libsodium.

libsodium refuses public keys of small order and signatures that are not in canonical form, so that
nobody can make a second valid signature from a valid one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair
from nacl.exceptions import BadSignatureError

from engine.base.errors import InvalidInput
from engine.base.multikey import multikey
from engine.ports.signer import Signer

SEED_BYTES, KEY_BYTES, SIGNATURE_BYTES = 32, 32, 64


class Ed25519:
    """:class:`engine.ports.signer.SignatureScheme`."""

    def public_key(self, seed: bytes) -> bytes:
        """The 32 bytes that check what the seed signs."""
        return bytes(_pair(seed)[0])

    def sign(self, seed: bytes, data: bytes) -> bytes:
        """64 bytes; the same for the same data."""
        return bytes(crypto_sign(data, _pair(seed)[1])[:SIGNATURE_BYTES])

    def signer(self, identity: str, seed: bytes) -> Signer:
        """Signs for an identity."""
        return KeySigner.of(identity, seed)

    def verify(self, public_key: bytes, data: bytes, signature: bytes) -> bool:
        """Whether the signature is the key's over the data."""
        if len(public_key) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
            return False
        try:
            crypto_sign_open(signature + data, public_key)
        except BadSignatureError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class KeySigner:
    """:class:`engine.ports.signer.Signer` with one key in memory."""

    identity: str
    key: str
    _secret: bytes = field(repr=False)

    @classmethod
    def of(cls, identity: str, seed: bytes) -> KeySigner:
        """A signer from a seed of 32 bytes."""
        public, secret = _pair(seed)
        return cls(identity, multikey(public), secret)

    def sign(self, data: bytes) -> bytes:
        """64 bytes."""
        return bytes(crypto_sign(data, self._secret)[:SIGNATURE_BYTES])


def _pair(seed: bytes) -> tuple[bytes, bytes]:
    """Public key and expanded secret key."""
    if len(seed) != SEED_BYTES:
        raise InvalidInput(f"a signing key has {SEED_BYTES} bytes, not {len(seed)}")
    public, secret = crypto_sign_seed_keypair(seed)
    return public, secret
