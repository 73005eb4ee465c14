"""Tokens without cryptography worth the name: readable text with a fake signature."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from engine.base.errors import InvalidInput
from engine.ports.token_mint import Claims, Reading
from engine.testing.signatures import FakeScheme

EVERYTHING = {"admin", "*"}


class FakeMint:
    """A :class:`engine.ports.token_mint.TokenMint`: ``CLAIMS~SIGNATURE``, both in hex, and for each
    narrowing ``~BLOCK``."""

    def mint(self, seed: bytes, claims: Claims) -> str:
        """A token."""
        said = json.dumps(asdict(claims)).encode()
        return f"fake_{said.hex()}~{FakeScheme().sign(seed, said).hex()}"

    def read(self, text: str, publics: Sequence[bytes], asked: Sequence[str], now_us: int) -> Reading | None:
        """What it allows."""
        try:
            said, signature, *blocks = [bytes.fromhex(part) for part in text.removeprefix("fake_").split("~")]
        except ValueError:
            return None
        if not any(FakeScheme().verify(public, said, signature) for public in publics):
            return None
        claims = Claims(**json.loads(said) | {"scopes": tuple(json.loads(said)["scopes"])})
        ends = [claims.expires_us]
        allowed = {scope for scope in asked if {scope, *EVERYTHING} & set(claims.scopes)}
        for block in blocks:
            scopes, expires_us = json.loads(block)
            allowed = allowed if scopes is None else allowed & set(scopes)
            ends.append(expires_us)
        known = [end for end in ends if end is not None]
        if any(end <= now_us for end in known):
            allowed = set()
        return Reading(claims, frozenset(allowed), min((end for end in known if end > now_us), default=None))

    def narrowed(
        self, text: str, publics: Sequence[bytes], scopes: Sequence[str] | None, expires_us: int | None
    ) -> str:
        """The token with one more block."""
        if self.read(text, publics, (), 0) is None:
            raise InvalidInput("this is no token")
        block = json.dumps([None if scopes is None else sorted(scopes), expires_us]).encode()
        return f"{text}~{block.hex()}"
