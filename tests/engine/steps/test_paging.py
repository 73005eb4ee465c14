"""Tests of lists kept in pages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.base.ordered import pack
from engine.steps.paging import EMPTY_PILE, PAGE_BYTES_MAX, added, all_of, is_empty, queue_of, take
from engine.testing.step_bench import HeldBlocks, items_of

sizes = st.lists(st.integers(0, 3000), max_size=30)


def sized(sizes):
    return items_of(*({"n": n, "text": "x" * size} for n, size in enumerate(sizes)))


@given(sizes, st.lists(st.integers(1, 8), min_size=1))
def test_a_queue_gives_every_item_once_in_order(sizes, counts):
    blocks, items = HeldBlocks(), sized(sizes)
    queue, taken = queue_of(items, blocks), []
    while not is_empty(queue):
        count = counts[len(taken) % len(counts)]
        batch, queue = take(queue, count, blocks)
        assert 0 < len(batch) <= count
        taken += batch
    assert taken == items


@given(st.lists(sizes, max_size=8))
def test_a_pile_gives_back_what_was_added_in_order(batches):
    blocks, pile, expected = HeldBlocks(), EMPTY_PILE, []
    for batch in batches:
        expected += sized(batch)
        pile = added(pile, sized(batch), blocks)
        assert len(pack(pile)) <= PAGE_BYTES_MAX
    assert all_of(pile, blocks) == expected


def test_short_lists_need_no_blocks():
    blocks = HeldBlocks()
    queue_of(items_of({"a": 1}), blocks)
    added(EMPTY_PILE, items_of({"a": 1}), blocks)
    assert blocks.held == {}
