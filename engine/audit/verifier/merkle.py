"""Merkle trees: roots, inclusion proofs and consistency proofs.

Source: RFC 6962 section 2.1 and RFC 9162 section 2.1 (a leaf is hashed with the prefix 0x00, a node with
0x01), with SHA-256. All hashes have 32 bytes; ``hashes`` are those of leaves, in order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

EMPTY = hashlib.sha256(b"").digest()
"""The root of no leaves."""

Subtree = Callable[[int, int], bytes]
"""The root over the leaves from the first (included) to the second (excluded)."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over leaves.

    Pairing neighbours and carrying an odd last one up equals RFC 6962's split at a power of 2.
    """
    if not hashes:
        return EMPTY
    level = list(hashes)
    while len(level) > 1:
        paired = [node_hash(level[n], level[n + 1]) for n in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
    return level[0]


def split(size: int) -> int:
    """The largest power of 2 below a size of at least 2."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_proof(subtree: Subtree, index: int, begin: int, end: int) -> list[bytes]:
    """The hashes that lead from a leaf to the root over ``begin`` to ``end``, the deepest first."""
    if end - begin == 1:
        return []
    middle = begin + split(end - begin)
    if index < middle:
        return [*inclusion_proof(subtree, index, begin, middle), subtree(middle, end)]
    return [*inclusion_proof(subtree, index, middle, end), subtree(begin, middle)]


def consistency_proof(subtree: Subtree, before: int, size: int) -> list[bytes]:
    """The hashes that show the tree of ``size`` leaves to continue the one of its first ``before``."""
    if not 0 < before <= size:
        return []
    return _consistency(subtree, before, 0, size, True)


def _consistency(subtree: Subtree, before: int, begin: int, end: int, whole: bool) -> list[bytes]:
    if before == end:
        return [] if whole else [subtree(begin, end)]
    middle = begin + split(end - begin)
    if before <= middle:
        return [*_consistency(subtree, before, begin, middle, whole), subtree(middle, end)]
    return [*_consistency(subtree, before, middle, end, False), subtree(begin, middle)]


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the leaf with this hash stands at ``index`` of the tree (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for hash_ in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(hash_, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, hash_)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def consistent(before: int, size: int, old_root: bytes, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree continues the older one (RFC 9162 section 2.1.4.2)."""
    if before == size:
        return not proof and old_root == root
    if before == 0:
        return not proof and old_root == EMPTY
    if not 0 < before < size:
        return False
    path = [old_root, *proof] if before & (before - 1) == 0 else list(proof)
    if not path:
        return False
    place, last = before - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for hash_ in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(hash_, old), node_hash(hash_, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, hash_)
        place, last = place >> 1, last >> 1
    return last == 0 and old == old_root and new == root
