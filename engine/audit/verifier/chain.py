"""The hash chain of a journal.

``digest = SHA-256(salt || payload)`` and ``hash = SHA-256(previous hash || digest)``; before the first
entry there is no hash, so nothing stands in its place. A salt is the first 16 bytes of
HMAC-SHA256(salt key, sequence as 8 bytes, big endian). Payload and salt can be erased or withheld:
the digest tells nothing about them, and the chain over the digests can still be checked.
"""

from __future__ import annotations

import hashlib
import hmac

SALT_BYTES = 16
SALT_KEY_BYTES = 32


def salt_of(salt_key: bytes, sequence: int) -> bytes:
    """The salt of one entry: 16 bytes that tell nothing about the key or another entry's salt."""
    return hmac.digest(salt_key, sequence.to_bytes(8, "big"), "sha256")[:SALT_BYTES]


def digest_of(salt: bytes, payload: bytes) -> bytes:
    """What the chain knows of a payload: 32 bytes."""
    return hashlib.sha256(salt + payload).digest()


def link(previous: bytes, digest: bytes) -> bytes:
    """The hash of the entry with this digest, after the entry with the hash ``previous``."""
    return hashlib.sha256(previous + digest).digest()
