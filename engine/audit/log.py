"""An append-only Merkle tree that is kept as the roots of its complete subtrees, so that growing it and
proving something of it takes a few look-ups, however large it is.

A node is named by its level and its place: it covers ``2**level`` leaves from ``place * 2**level`` on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from engine.audit.verifier.merkle import (
    EMPTY,
    Subtree,
    consistency_proof,
    inclusion_proof,
    node_hash,
    split,
)

Nodes = Callable[[int, int], bytes]
"""The hash of a complete subtree, by level and place."""


def grown(nodes: Nodes, size: int, leaves: Iterable[bytes]) -> dict[tuple[int, int], bytes]:
    """The complete subtrees that come into being when leaves are added to a tree of ``size``."""
    made: dict[tuple[int, int], bytes] = {}
    for index, leaf in enumerate(leaves, size):
        level, place, right = 0, index, leaf
        made[0, index] = leaf
        while place & 1:
            left = made.get((level, place - 1)) or nodes(level, place - 1)
            level, place, right = level + 1, place >> 1, node_hash(left, right)
            made[level, place] = right
    return made


def subtree_of(nodes: Nodes) -> Subtree:
    """The root over leaves from one (a multiple of a power of 2 not below their number) to another."""

    def root(begin: int, end: int) -> bytes:
        count = end - begin
        if count & (count - 1) == 0:
            level = count.bit_length() - 1
            return nodes(level, begin >> level)
        middle = begin + split(count)
        return node_hash(root(begin, middle), root(middle, end))

    return root


def root_at(nodes: Nodes, size: int) -> bytes:
    """The root when the tree had so many leaves."""
    return subtree_of(nodes)(0, size) if size else EMPTY


def prove_leaf(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """The inclusion proof of a leaf in the tree of ``size``."""
    return inclusion_proof(subtree_of(nodes), index, 0, size)


def prove_growth(nodes: Nodes, before: int, size: int) -> list[bytes]:
    """The proof that the tree of ``size`` continues the one of its first ``before`` leaves."""
    return consistency_proof(subtree_of(nodes), before, size)
