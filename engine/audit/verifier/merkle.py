"""Merkle tree hash of an execution's receipts.

Source: RFC 6962 section 2.1 (leaf prefix 0x00, node prefix 0x01), with SHA-256.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The root over the leaves in order: 32 bytes; the hash of nothing for no leaves."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    return _root(level)


def _root(hashes: list[bytes]) -> bytes:
    """Pairing neighbours and carrying an odd last one up equals RFC 6962's split at a power of 2."""
    while len(hashes) > 1:
        paired = [
            hashlib.sha256(b"\x01" + hashes[n] + hashes[n + 1]).digest() for n in range(0, len(hashes) - 1, 2)
        ]
        if len(hashes) % 2:
            paired.append(hashes[-1])
        hashes = paired
    return hashes[0]
