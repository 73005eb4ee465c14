"""The sockets for signatures: who signs for this node, and who checks what anybody signed.

Signatures are Ed25519 (RFC 8032): a seed has 32 bytes, a public key 32, a signature 64. A key id is the
public key itself as a multikey: ``z6Mk...``, base58btc over the prefix ``ed01`` and the key, as in did:key.
"""

from __future__ import annotations

from typing import Protocol


class Signer(Protocol):
    """Signs for one identity with one key. It never changes: take a fresh one (``World.signer``) for every
    act, since the identity's key rotates."""

    @property
    def identity(self) -> str:
        """The id of the identity that answers for what is signed."""

    @property
    def key(self) -> str:
        """The key id of the key that signs."""

    def sign(self, data: bytes) -> bytes:
        """The signature over the data."""


class SignatureChecker(Protocol):
    """Checks signatures; needs no secret."""

    def verify(self, public_key: bytes, data: bytes, signature: bytes) -> bool:
        """Whether the signature is the key's over the data. Bytes that are no key verify nothing."""


class SignatureScheme(SignatureChecker, Protocol):
    """Makes keys and signatures too."""

    def public_key(self, seed: bytes) -> bytes:
        """The public key of a seed."""

    def sign(self, seed: bytes, data: bytes) -> bytes:
        """The signature over the data by the key of a seed."""

    def signer(self, identity: str, seed: bytes) -> Signer:
        """Signs for an identity with the key of a seed."""


class Signing(Protocol):
    """Gives the node's signer: a call, so that whoever signs often always has the key in force."""

    def __call__(self, at_us: int | None = None) -> Signer:
        """The signer for what is dated ``at_us``; for what is dated now, without one."""
