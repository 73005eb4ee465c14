"""Seals private keys under the node's key: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03).

A sealed secret is one version byte, a random nonce of 24 bytes, and the ciphertext with its tag of 16.
"""

from __future__ import annotations

from hashlib import blake2b
from secrets import token_bytes

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError

from engine.base.errors import CorruptData

VERSION = b"\x01"
_NONCE_BYTES = 24


class NodeSealer:
    """:class:`engine.ports.identities.Sealer` under a key of 32 bytes."""

    def __init__(self, node_key: bytes) -> None:
        self._key = blake2b(node_key, digest_size=32, person=b"qflow identities").digest()

    def seal(self, secret: bytes, place: str) -> bytes:
        """Encrypted under a fresh nonce."""
        nonce = token_bytes(_NONCE_BYTES)
        bound = VERSION + place.encode()
        sealed = crypto_aead_xchacha20poly1305_ietf_encrypt(secret, bound, nonce, self._key)
        return VERSION + nonce + bytes(sealed)

    def unseal(self, sealed: bytes, place: str) -> bytes:
        """The secret; see :meth:`Sealer.unseal`."""
        version, nonce, rest = sealed[:1], sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        bound = VERSION + place.encode()
        try:
            if version == VERSION and len(nonce) == _NONCE_BYTES:
                return bytes(crypto_aead_xchacha20poly1305_ietf_decrypt(rest, bound, nonce, self._key))
        except CryptoError:
            pass
        raise CorruptData(
            "a private key that this node holds cannot be unsealed: it was changed, or sealed under another "
            "node key; give the node its former QFLOW_NODE_KEY"
        )
