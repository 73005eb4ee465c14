"""Tests of data.limit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import InvalidInput
from engine.testing.step_bench import StepBench, items_of


def limited(count, keep, numbers):
    bench = StepBench("data.limit", {"count": count, "keep": keep})
    return bench.run(items_of(*({"n": n} for n in numbers))).outputs["main"]


@given(st.integers(0, 20), st.sampled_from(["first", "last"]), st.integers(0, 15))
def test_a_slice_goes_on_and_says_where_it_comes_from(count, keep, size):
    numbers = list(range(size))
    made = limited(count, keep, numbers)
    wanted = numbers[:count] if keep == "first" else numbers[max(size - count, 0) :]
    assert [item["json"]["n"] for item in made] == wanted
    assert [item["pairedItem"]["item"] for item in made] == wanted


def test_one_item_is_the_default():
    assert len(StepBench("data.limit").run(items_of({}, {})).outputs["main"]) == 1


def test_a_negative_count_is_refused():
    with pytest.raises(InvalidInput):
        limited(-1, "first", [1])
