"""Tests of logic.condition."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import InvalidInput, StepFailure
from engine.testing.step_bench import StepBench, items_of, json_of


def about(field: str, **rest):
    """Parameters whose value is a field of the item."""
    return lambda item, index: {"value": item["json"].get(field), **rest}


def test_items_leave_by_the_port_of_their_answer():
    bench = StepBench("logic.condition", about("n", operator="greater", compareTo=2))
    result = bench.run(items_of({"n": 1}, {"n": 3}, {"n": 5}))
    assert json_of(result.outputs["true"]) == [{"n": 3}, {"n": 5}]
    assert json_of(result.outputs["false"]) == [{"n": 1}]
    assert [item["pairedItem"] for item in result.outputs["true"]] == [{"item": 1}, {"item": 2}]


def test_a_port_without_items_is_left_out():
    result = StepBench("logic.condition", about("n", compareTo=1)).run(items_of({"n": 1}))
    assert list(result.outputs) == ["true"]


@pytest.mark.parametrize(("combine", "port"), [("all", "false"), ("any", "true")])
def test_several_conditions_combine(combine, port):
    conditions = [{"value": 1, "compareTo": 1}, {"value": 1, "compareTo": 2}]
    bench = StepBench("logic.condition", {"conditions": conditions, "combine": combine})
    assert list(bench.run(items_of({})).outputs) == [port]


def test_the_single_condition_counts_beside_the_list():
    parameters = {"value": 1, "compareTo": 2, "conditions": [{"value": 1, "compareTo": 1}]}
    assert list(StepBench("logic.condition", parameters).run(items_of({})).outputs) == ["false"]


def test_values_that_cannot_be_compared_fail_with_place_and_remedy():
    bench = StepBench("logic.condition", about("n", operator="greater", compareTo=3))
    with pytest.raises(
        StepFailure, match=r"item 1, condition 1: .* string '5' with number 3.*loose"
    ) as caught:
        bench.run(items_of({"n": 1}, {"n": "5"}))
    assert not caught.value.retryable


def test_loose_converts_first():
    bench = StepBench("logic.condition", about("n", operator="greater", compareTo=3, loose=True))
    assert list(bench.run(items_of({"n": "5"})).outputs) == ["true"]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"value": 1},
        {"value": 1, "operator": "greater"},
        {"value": 1, "operator": "resembles", "compareTo": 1},
        {"conditions": []},
        {"conditions": [{"value": 1}]},
        {"value": 1, "compareto": 1},
    ],
)
def test_wrong_parameters_are_refused(wrong):
    with pytest.raises(InvalidInput):
        StepBench("logic.condition", wrong).run(items_of({}))


@given(st.lists(st.integers(-5, 5)), st.integers(-5, 5))
def test_every_item_leaves_by_exactly_one_port_in_its_order(numbers, bound):
    bench = StepBench("logic.condition", about("n", operator="lessOrEqual", compareTo=bound))
    result = bench.run(items_of(*({"n": n, "at": at} for at, n in enumerate(numbers))))
    yes = [value["at"] for value in json_of(result.outputs.get("true", []))]
    no = [value["at"] for value in json_of(result.outputs.get("false", []))]
    assert yes == [at for at, n in enumerate(numbers) if n <= bound]
    assert sorted(yes + no) == list(range(len(numbers)))
    assert no == sorted(no)
