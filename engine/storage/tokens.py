"""Bearer tokens: how a secret is made, and the hash by which it is known."""

from __future__ import annotations

import secrets
from hashlib import sha256

from engine.base.ids import derived

PREFIX = "qf_"
_SECRET_BYTES = 32


def new_secret() -> str:
    """``qf_`` and 256 bits of randomness."""
    return PREFIX + secrets.token_urlsafe(_SECRET_BYTES)


def hash_of(secret: str) -> str:
    """SHA-256, hex: all that is stored of a secret. A slow hash would protect guessable secrets; 256 random
    bits are not."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()


def id_of(secret_hash: str) -> str:
    """The token's id, which is also the actor's in the facts it causes."""
    return derived("tok", secret_hash)
