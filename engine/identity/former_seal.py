"""Opens private keys as they were sealed before the root key sealed them too.

Then a key of its own, the node key (64 hexadecimal digits in the data directory's file ``node-key``), sealed
them: a version byte, a nonce of 24 bytes, and the ciphertext of XChaCha20-Poly1305 with its tag.
"""

from __future__ import annotations

import re
from hashlib import blake2b

from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as _decrypt
from nacl.exceptions import CryptoError

from engine.base.errors import InvalidInput

_VERSION = b"\x01"
_NONCE_END = 25
_NODE_KEY = re.compile(r"[0-9a-fA-F]{64}\Z")


class FormerSeal:
    """What a node key opens."""

    def __init__(self, text: str) -> None:
        """``text`` is what the file ``node-key`` holds; raises :class:`InvalidInput`."""
        if not _NODE_KEY.match(text.strip()):
            raise InvalidInput(
                "node-key in the data directory is not readable: it holds 64 hexadecimal digits; restore it "
                "from a backup, or remove it if no private key was ever sealed with it"
            )
        node_key = bytes.fromhex(text.strip())
        self._key = blake2b(node_key, digest_size=32, person=b"qflow identities").digest()

    def unsealed(self, sealed: bytes, place: str) -> bytes | None:
        """The secret; None where something else sealed these bytes."""
        if sealed[:1] != _VERSION or len(sealed) <= _NONCE_END:
            return None
        nonce, rest = sealed[1:_NONCE_END], sealed[_NONCE_END:]
        try:
            return bytes(_decrypt(rest, _VERSION + place.encode(), nonce, self._key))
        except CryptoError:
            return None
