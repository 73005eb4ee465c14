"""Tests of logic.merge."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import InvalidInput
from engine.testing.step_bench import StepBench, items_of, json_of


def merged(inputs, **parameters):
    given_items = {f"input {n}": items_of(*values) for n, values in enumerate(inputs, 1)}
    parameters = {"inputs": max(len(inputs), 2), **parameters}
    return StepBench("logic.merge", parameters).run(given_items).outputs["main"]


def test_append_gives_input_after_input_and_says_where_each_item_is_from():
    items = merged([[{"a": 1}, {"a": 2}], [{"b": 1}]])
    assert json_of(items) == [{"a": 1}, {"a": 2}, {"b": 1}]
    assert [item["pairedItem"] for item in items] == [{"item": 0}, {"item": 1}, {"item": 0, "input": 1}]


def test_by_position_makes_one_item_of_each_row():
    items = merged([[{"a": 1, "x": "left"}], [{"b": 2, "x": "right"}]], mode="combineByPosition")
    assert json_of(items) == [{"a": 1, "b": 2, "x": "right"}]
    assert items[0]["pairedItem"] == [{"item": 0, "input": 0}, {"item": 0, "input": 1}]


def test_the_first_input_may_win_a_clash():
    items = merged([[{"x": 1}], [{"x": 2, "y": 3}]], mode="combineByPosition", clash="first")
    assert json_of(items) == [{"x": 1, "y": 3}]


@pytest.mark.parametrize(("unpaired", "count"), [("keep", 2), ("drop", 1)])
def test_items_without_a_partner_stay_or_go(unpaired, count):
    items = merged([[{"a": 1}, {"a": 2}], [{"b": 1}]], mode="combineByPosition", unpaired=unpaired)
    assert len(items) == count


def test_files_are_combined_too():
    inputs = {
        "input 1": [{"json": {}, "binary": {"one": {"id": "1"}}}],
        "input 2": [{"json": {}, "binary": {"two": {"id": "2"}}}],
    }
    result = StepBench("logic.merge", {"mode": "combineByPosition"}).run(inputs)
    assert set(result.outputs["main"][0]["binary"]) == {"one", "two"}


def test_choose_first_takes_the_first_input_with_items():
    assert json_of(merged([[], [{"b": 1}], [{"c": 1}]], mode="chooseFirst")) == [{"b": 1}]
    assert merged([[], []], mode="chooseFirst") == []


def test_choose_input_takes_the_one_named():
    assert json_of(merged([[{"a": 1}], [{"b": 1}]], mode="chooseInput", choose=2)) == [{"b": 1}]


def test_wired_to_one_port_it_passes_on_what_arrives():
    result = StepBench("logic.merge", {"mode": "append"}).run({"main": items_of({"a": 1}, {"b": 1})})
    assert json_of(result.outputs["main"]) == [{"a": 1}, {"b": 1}]


@pytest.mark.parametrize("wrong", [{"inputs": 1}, {"inputs": 33}, {"choose": 3}, {"mode": "zip"}])
def test_wrong_parameters_are_refused(wrong):
    with pytest.raises(InvalidInput):
        StepBench("logic.merge", wrong).run({"input 1": []})


@pytest.mark.parametrize(
    ("parameters", "count"),
    [({}, 2), ({"inputs": 4}, 4), ({"inputs": "3"}, 3), ({"inputs": "$n"}, 2), ({"inputs": 10**9}, 32)],
)
def test_the_ports_follow_the_number_of_inputs(parameters, count):
    ports = StepBench("logic.merge").kind.ports_in(parameters)
    assert ports == tuple(f"input {number}" for number in range(1, count + 1))


@given(st.lists(st.lists(st.integers()), min_size=2, max_size=4))
def test_append_keeps_every_item_in_order(inputs):
    items = merged([[{"n": n} for n in values] for values in inputs])
    assert [value["n"] for value in json_of(items)] == [n for values in inputs for n in values]


@given(st.lists(st.lists(st.integers()), min_size=2, max_size=4))
def test_by_position_gives_the_longest_or_the_shortest(inputs):
    rows = [[{str(at): n} for n in values] for at, values in enumerate(inputs)]
    lengths = [len(values) for values in inputs]
    assert len(merged(rows, mode="combineByPosition")) == max(lengths)
    assert len(merged(rows, mode="combineByPosition", unpaired="drop")) == min(lengths)
