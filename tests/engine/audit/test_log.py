"""The node's log grows by a few nodes at a time and proves what whole trees would."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.audit.log import grown, prove_growth, prove_leaf, root_at
from engine.audit.verifier.merkle import EMPTY, consistent, included, leaf_hash, root_of

BATCHES = st.lists(st.integers(1, 9), min_size=1, max_size=8)


def built(batches: list[int]) -> tuple[dict[tuple[int, int], bytes], list[bytes]]:
    """Nodes and leaves of a log that grew in batches."""
    nodes: dict[tuple[int, int], bytes] = {}
    leaves: list[bytes] = []
    for count in batches:
        new = [leaf_hash(b"%d" % (len(leaves) + number)) for number in range(count)]
        nodes |= grown(lambda level, place, known=nodes: known[level, place], len(leaves), new)
        leaves += new
    return nodes, leaves


@given(BATCHES)
def test_the_root_at_every_size_is_that_of_the_whole_tree(batches: list[int]) -> None:
    nodes, leaves = built(batches)
    for size in range(len(leaves) + 1):
        assert root_at(lambda level, place: nodes[level, place], size) == root_of(leaves[:size])
    assert root_at(lambda level, place: b"", 0) == EMPTY


@given(BATCHES, st.data())
def test_its_proofs_hold(batches: list[int], draw: st.DataObject) -> None:
    nodes, leaves = built(batches)
    size = draw.draw(st.integers(1, len(leaves)))
    index, before = draw.draw(st.integers(0, size - 1)), draw.draw(st.integers(1, size))

    def node(level: int, place: int) -> bytes:
        return nodes[level, place]

    root = root_of(leaves[:size])
    assert included(leaves[index], index, size, prove_leaf(node, index, size), root)
    assert consistent(before, size, root_of(leaves[:before]), root, prove_growth(node, before, size))


@given(BATCHES)
def test_it_keeps_less_than_two_nodes_a_leaf(batches: list[int]) -> None:
    nodes, leaves = built(batches)
    assert len(nodes) < 2 * len(leaves)
