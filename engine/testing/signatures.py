"""Signatures without mathematics: quick, made the same way every time, and worthless outside tests."""

from __future__ import annotations

from hashlib import sha256, sha512

from engine.base.multikey import multikey

_seeds: dict[bytes, bytes] = {}  # public key -> seed: what a real scheme would not need to know


class FakeScheme:
    """A :class:`engine.ports.signer.SignatureScheme` that knows every seed it has seen."""

    def public_key(self, seed: bytes) -> bytes:
        """32 bytes that follow from the seed."""
        public = sha256(b"public" + seed).digest()
        _seeds[public] = seed
        return public

    def sign(self, seed: bytes, data: bytes) -> bytes:
        """64 bytes that follow from seed and data."""
        self.public_key(seed)
        return sha512(seed + data).digest()

    def signer(self, identity: str, seed: bytes) -> FakeSigner:
        """Signs for an identity."""
        return FakeSigner(identity, seed)

    def verify(self, public_key: bytes, data: bytes, signature: bytes) -> bool:
        """Whether the seed behind the public key made the signature."""
        seed = _seeds.get(public_key)
        return seed is not None and sha512(seed + data).digest() == signature


class FakeSigner:
    """A :class:`engine.ports.signer.Signer` of one fake key."""

    def __init__(self, identity: str, seed: bytes) -> None:
        self.identity, self.seed = identity, seed
        self.key = multikey(FakeScheme().public_key(seed))

    def sign(self, data: bytes) -> bytes:
        """64 bytes."""
        return FakeScheme().sign(self.seed, data)


class FakeSigning:
    """A :class:`engine.ports.signer.Signing` that always gives the same signer."""

    def __init__(self, identity: str = "node-identity", seed: bytes = b"node" * 8) -> None:
        self._signer = FakeSigner(identity, seed)

    def __call__(self, at_us: int | None = None) -> FakeSigner:
        """The signer."""
        return self._signer
