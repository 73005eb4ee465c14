"""Tests of data.set."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import InvalidInput
from engine.testing.step_bench import StepBench, items_of, json_of


def after(json, **parameters):
    return json_of(StepBench("data.set", parameters).run(items_of(json)).outputs["main"])[0]


def test_fields_are_added_and_replaced():
    assert after({"a": 1, "b": 2}, fields={"b": 3, "c": 4}) == {"a": 1, "b": 3, "c": 4}


def test_nothing_of_the_item_may_stay():
    assert after({"a": 1}, fields={"b": 2}, keep="none") == {"b": 2}


def test_listed_fields_may_stay():
    assert after({"a": 1, "b": 2}, fields={"c": 3}, keep=["b", "missing"]) == {"b": 2, "c": 3}


def test_dots_lead_into_objects():
    assert after({"a": {"b": 1, "x": 2}}, fields={"a.b": 3, "d.e.f": 4}) == {
        "a": {"b": 3, "x": 2},
        "d": {"e": {"f": 4}},
    }


def test_what_is_no_object_on_the_way_is_replaced():
    assert after({"a": 1}, fields={"a.b": 2}) == {"a": {"b": 2}}


def test_dots_may_be_part_of_the_name():
    assert after({}, fields={"a.b": 1}, dots=False) == {"a.b": 1}


@pytest.mark.parametrize("name", ["", ".", "a.", ".a", "a..b", ".".join("a" * 33)])
def test_names_that_lead_nowhere_are_refused(name):
    with pytest.raises(InvalidInput):
        after({}, fields={name: 1})


@pytest.mark.parametrize(("keep", "stays"), [("all", True), (["a"], True), ("none", False)])
def test_files_stay_unless_nothing_does(keep, stays):
    item = {"json": {}, "binary": {"data": {"id": "b"}}}
    result = StepBench("data.set", {"fields": {"a": 1}, "keep": keep}).run([item])
    assert ("binary" in result.outputs["main"][0]) is stays


def test_each_item_has_its_own_parameters():
    bench = StepBench(
        "data.set", lambda item, index: {"fields": {"at": index, "twice": item["json"]["n"] * 2}}
    )
    assert json_of(bench.run(items_of({"n": 1}, {"n": 5})).outputs["main"]) == [
        {"n": 1, "at": 0, "twice": 2},
        {"n": 5, "at": 1, "twice": 10},
    ]


names = st.text("abc", min_size=1, max_size=2)
objects = st.dictionaries(
    names, st.integers() | st.dictionaries(names, st.integers(), max_size=3), max_size=4
)


@given(objects, names, names, st.integers())
def test_setting_a_path_changes_that_path_alone(json, outer, inner, value):
    changed = after(json, fields={f"{outer}.{inner}": value})
    assert changed[outer][inner] == value
    assert {name: changed[name] for name in changed if name != outer} == {
        name: json[name] for name in json if name != outer
    }
    before = json.get(outer)
    others = (
        {name: left for name, left in before.items() if name != inner} if isinstance(before, dict) else {}
    )
    assert {name: changed[outer][name] for name in changed[outer] if name != inner} == others
