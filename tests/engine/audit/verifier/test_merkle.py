"""Merkle trees against their definition, and proofs that hold for nothing but what they prove."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from engine.audit.verifier.merkle import (
    consistency_proof,
    consistent,
    included,
    inclusion_proof,
    leaf_hash,
    root_of,
)

SIZES = st.integers(1, 70)


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(b"leaf %d" % number) for number in range(count)]


def by_definition(data: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, as written there."""
    if not data:
        return hashlib.sha256(b"").digest()
    if len(data) == 1:
        return hashlib.sha256(b"\x00" + data[0]).digest()
    k = 1
    while k * 2 < len(data):
        k *= 2
    return hashlib.sha256(b"\x01" + by_definition(data[:k]) + by_definition(data[k:])).digest()


@given(st.lists(st.binary(max_size=8), max_size=40))
def test_the_root_is_that_of_rfc_6962(data: list[bytes]) -> None:
    assert root_of([leaf_hash(leaf) for leaf in data]) == by_definition(data)


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=20), st.data())
def test_changing_any_leaf_changes_the_root(data: list[bytes], draw: st.DataObject) -> None:
    hashes = [leaf_hash(leaf) for leaf in data]
    index = draw.draw(st.integers(0, len(data) - 1))
    changed = [*hashes[:index], leaf_hash(data[index] + b"!"), *hashes[index + 1 :]]
    assert root_of(changed) != root_of(hashes)


def test_a_leaf_is_never_taken_for_a_node() -> None:
    one, other = leaves(2)
    assert root_of([leaf_hash(one + other)]) != root_of([one, other])


@given(SIZES, st.data())
def test_every_leaf_proves_its_place_and_no_other(size: int, draw: st.DataObject) -> None:
    hashes = leaves(size)
    index, other = draw.draw(st.integers(0, size - 1)), draw.draw(st.integers(0, size - 1))
    proof = inclusion_proof(lambda begin, end: root_of(hashes[begin:end]), index, 0, size)
    root = root_of(hashes)
    assert included(hashes[index], index, size, proof, root)
    assert included(hashes[other], other, size, proof, root) == (other == index)
    assert not included(hashes[index], index, size, [*proof, root], root)
    if proof:
        assert not included(hashes[index], index, size, proof[1:], root)
        assert not included(hashes[index], index, size, proof, leaf_hash(root))
    assert not included(hashes[index], size, size, proof, root)


@given(SIZES, st.data())
def test_a_longer_tree_is_shown_to_continue_a_shorter_one(size: int, draw: st.DataObject) -> None:
    hashes = leaves(size)
    before = draw.draw(st.integers(0, size))
    proof = consistency_proof(lambda begin, end: root_of(hashes[begin:end]), before, size)
    old, new = root_of(hashes[:before]), root_of(hashes)
    assert consistent(before, size, old, new, proof)
    assert not consistent(before, size, leaf_hash(old), new, proof)
    if 0 < before < size:
        assert not consistent(before, size, old, leaf_hash(new), proof)
        assert not consistent(before, size, old, new, proof[:-1])
        assert not consistent(before, size, old, new, [*proof, new])


@given(st.integers(2, 40), st.data())
def test_a_rewritten_past_has_no_proof(size: int, draw: st.DataObject) -> None:
    hashes = leaves(size)
    before = draw.draw(st.integers(1, size - 1))
    changed = draw.draw(st.integers(0, before - 1))
    forged = [*hashes[:changed], leaf_hash(b"another"), *hashes[changed + 1 :]]
    proof = consistency_proof(lambda begin, end: root_of(forged[begin:end]), before, size)
    assert not consistent(before, size, root_of(hashes[:before]), root_of(forged), proof)
