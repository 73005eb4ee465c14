"""Identifiers: sortable ULIDs with a prefix, and ids derived from other ids.

Time and randomness are arguments, so that the core can be replayed from a seed.
Spec: https://github.com/ulid/spec (48 bits of milliseconds, 80 bits of randomness).
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import libipld

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base32, lower case


def _base32(value: int, length: int) -> str:
    out = []
    for _ in range(length):
        out.append(_ALPHABET[value & 31])
        value >>= 5
    return "".join(reversed(out))


def ulid(prefix: str, now_us: int, randomness: bytes) -> str:
    """``prefix_`` and 26 characters; ``randomness`` gives at least 10 bytes."""
    value = ((now_us // 1000) & (2**48 - 1)) << 80 | int.from_bytes(randomness[:10], "big")
    return f"{prefix}_{_base32(value, 26)}"


def derived(prefix: str, *parts: object) -> str:
    """An id that is a function of its parts: the same parts always give the same id."""
    text = "\x00".join(map(str, parts)).encode()
    return f"{prefix}_{libipld.encode_multibase('b', hashlib.sha256(text).digest()[:16])[1:]}"


@lru_cache(maxsize=256)
def idempotency_key(execution_id: str, step: str, run: int) -> str:
    """The key that a step's outside effect carries; independent of the attempt."""
    return derived("idem", execution_id, step, run)
