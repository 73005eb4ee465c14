"""The node's Ed25519 keys for capability tokens: one that signs, and those that signed before it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from biscuit_auth import KeyPair, PrivateKey, PublicKey

from engine.base.errors import InvalidInput

_HEX = re.compile(r"[0-9a-f]{64}\Z")


def fresh_key() -> str:
    """A new private key: 32 bytes in hexadecimal, as the data directory keeps it."""
    return bytes(KeyPair().private_key.to_bytes()).hex()


def key_id_of(public: PublicKey) -> int:
    """The id that tokens carry: the first 32 bits of the SHA-256 of the public key."""
    return int.from_bytes(hashlib.sha256(bytes(public.to_bytes())).digest()[:4], "big")


class VerifyingKeys:
    """Public keys by id: all that is needed to check a token, or to attenuate one."""

    def __init__(self, publics: Sequence[PublicKey]) -> None:
        self._publics = {key_id_of(public): public for public in publics}

    def public(self, key_id: int | None) -> PublicKey:
        """The key of an id; raises ValueError for a key that is not this node's."""
        found = self._publics.get(-1 if key_id is None else key_id)
        if found is None:
            raise ValueError(f"no key of this node has the id {key_id}")
        return found


class NodeKeys(VerifyingKeys):
    """The private key of the node, as text that :func:`fresh_key` made, and former public keys."""

    def __init__(self, text: str, former: Sequence[bytes] = ()) -> None:
        if not _HEX.match(text):
            raise InvalidInput(
                "the key of the capability tokens is not 64 hexadecimal digits; delete its file, and a new "
                "one is made at the next start (tokens live for minutes)"
            )
        self._private = PrivateKey(f"ed25519-private/{text}")
        public = KeyPair.from_private_key(self._private).public_key
        self.key_id = key_id_of(public)
        olds = [PublicKey(f"ed25519/{old.hex()}") for old in former]
        super().__init__([public, *olds])

    @property
    def private(self) -> PrivateKey:
        """What signs; never leaves the process."""
        return self._private
