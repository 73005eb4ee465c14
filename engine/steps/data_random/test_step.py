"""Tests of data.random."""

from __future__ import annotations

from typing import get_args

import pytest

from engine.base.errors import InvalidInput
from engine.steps.data_random.manifest import Kind
from engine.testing.step_bench import StepBench, items_of, json_of


def made(run_seed=b"run", **parameters):
    bench = StepBench("data.random", parameters, seed=run_seed)
    return json_of(bench.run(items_of({})).outputs["main"])


@pytest.mark.parametrize("kind", get_args(Kind))
def test_items_of_every_kind_are_made(kind):
    items = made(kind=kind, count=3)
    assert len(items) == 3
    assert len({tuple(item) for item in items}) == 1


def test_a_seed_gives_the_same_data_in_every_run():
    assert made(b"1", kind="uuid") != made(b"2", kind="uuid")
    assert made(b"1", kind="uuid", seed="x") == made(b"2", kind="uuid", seed="x")


def test_as_many_can_be_made_for_each_item_that_comes_in():
    bench = StepBench("data.random", {"kind": "ipv4", "count": 2, "perItem": True, "seed": "x"})
    found = json_of(bench.run(items_of({}, {}, {})).outputs["main"])
    assert len(found) == 6
    assert found[:2] == found[2:4] == found[4:]


def test_all_can_stand_in_one_field_of_one_item():
    (found,) = made(kind="nanoid", count=3, into="all", alphabet="ab", length=5)
    assert [len(one["nanoId"]) for one in found["all"]] == [5, 5, 5]
    assert {letter for one in found["all"] for letter in one["nanoId"]} <= {"a", "b"}


def test_too_many_are_refused():
    with pytest.raises(InvalidInput):
        made(count=10**9)
