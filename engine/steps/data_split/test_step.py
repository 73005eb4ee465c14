"""Tests of data.split."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import InvalidInput, StepFailure
from engine.testing.step_bench import StepBench, items_of, json_of


def split(*objects, **parameters):
    return json_of(StepBench("data.split", parameters).run(items_of(*objects)).outputs["main"])


def test_objects_become_items_and_other_values_keep_the_name_of_their_list():
    assert split({"l": [{"a": 1}, 2, [3]]}, fields="l") == [{"a": 1}, {"l": 2}, {"l": [3]}]


def test_a_new_name_holds_objects_too():
    assert split({"l": [{"a": 1}, 2]}, fields="l", into="x") == [{"x": {"a": 1}}, {"x": 2}]


def test_several_lists_are_read_side_by_side():
    found = split({"a": [1, 2], "b": [{"c": 3}]}, fields="a, b")
    assert found == [{"a": 1, "b": {"c": 3}}, {"a": 2}]


def test_an_object_counts_as_the_list_of_its_values():
    assert split({"o": {"x": {"n": 1}, "y": {"n": 2}}}, fields="o") == [{"n": 1}, {"n": 2}]


def test_a_path_leads_into_objects_unless_dots_are_off():
    assert split({"a": {"b": [1]}}, fields="a.b") == [{"a.b": 1}]
    assert split({"a": {"b": [1]}, "a.b": [2]}, fields="a.b", dots=False) == [{"a.b": 2}]


def test_other_fields_go_along_as_asked():
    item = {"l": [1, 2], "n": {"x": 1}, "m": 2}
    assert split(item, fields="l", include="all") == [
        {"n": {"x": 1}, "m": 2, "l": 1},
        {"n": {"x": 1}, "m": 2, "l": 2},
    ]
    assert split(item, fields="l", include="selected", includeFields="n.x")[1] == {"n.x": 1, "l": 2}


def test_a_missing_field_gives_nothing_or_fails():
    assert split({"x": 1}, fields="l") == []
    with pytest.raises(StepFailure, match="Couldn't find the field 'l'"):
        split({"x": 1}, fields="l", missing="fail")


def test_a_single_value_is_wrapped_or_refused():
    assert split({"l": "x"}, fields="l") == [{"l": "x"}]
    with pytest.raises(StepFailure, match="not an array"):
        split({"l": "x"}, fields="l", single="fail")


def test_files_are_split_or_go_along():
    item = {"json": {"l": [1], "n": 2}, "binary": {"a": {"id": "1"}, "b": {"id": "2"}}}
    bench = StepBench("data.split", {"files": True, "include": "all", "fields": []})
    assert [one["binary"] for one in bench.run([item]).outputs["main"]] == [
        {"a": {"id": "1"}},
        {"b": {"id": "2"}},
    ]
    kept = StepBench("data.split", {"fields": "l", "binary": True}).run([item]).outputs["main"]
    assert kept[0]["binary"] == item["binary"]


def test_items_say_where_they_come_from():
    made = StepBench("data.split", {"fields": "l"}).run(items_of({"l": [1]}, {"l": [2, 3]})).outputs["main"]
    assert [item["pairedItem"] for item in made] == [{"item": 0}, {"item": 1}, {"item": 1}]


@pytest.mark.parametrize(
    "wrong", [{}, {"fields": ""}, {"fields": "a,b", "into": "c"}, {"fields": "a", "include": "selected"}]
)
def test_wrong_parameters_are_refused(wrong):
    with pytest.raises(InvalidInput):
        split({}, **wrong)


@given(st.lists(st.one_of(st.integers(), st.text(), st.booleans(), st.none())))
def test_what_aggregate_gathers_split_gives_back(values):
    items = items_of(*({"v": value} for value in values))
    gathered = StepBench("data.aggregate", {"fields": [{"field": "v"}], "missing": "keep"}).run(items)
    split_again = StepBench("data.split", {"fields": "v"}).run(gathered.outputs["main"]).outputs["main"]
    assert json_of(split_again) == [{"v": value} for value in values]


def test_a_list_inside_becomes_an_item_where_it_is_spread():
    assert split({"l": [[3, 4], 5]}, fields="l", spread=True) == [{"0": 3, "1": 4}, {"l": 5}]


def test_a_field_that_is_asked_for_wins_over_an_element_of_its_name():
    assert split({"l": [1], "n": 2}, fields="l", into="n", include="selected", includeFields="n") == [
        {"n": 2}
    ]
