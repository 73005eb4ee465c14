"""Tests of data.random."""

from __future__ import annotations

import pytest

from engine.base.errors import InvalidInput
from engine.testing.step_bench import StepBench, items_of, json_of


def made(run_seed=b"run", **parameters):
    bench = StepBench("data.random", parameters, seed=run_seed)
    return json_of(bench.run(items_of({})).outputs["main"])


@pytest.mark.parametrize("kind", ["user", "address", "email", "uuid", "number"])
def test_items_of_every_kind_are_made(kind):
    items = made(kind=kind, count=3)
    assert len(items) == 3
    assert len({tuple(item) for item in items}) == 1


def test_a_seed_gives_the_same_data_in_every_run():
    assert made(b"1", kind="uuid") != made(b"2", kind="uuid")
    assert made(b"1", kind="uuid", seed="x") == made(b"2", kind="uuid", seed="x")


def test_too_many_are_refused():
    with pytest.raises(InvalidInput):
        made(count=10**9)
