"""Tests of data.aggregate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import InvalidInput, StepFailure
from engine.testing.step_bench import StepBench, items_of, json_of


def gather(*objects, **parameters):
    (item,) = StepBench("data.aggregate", parameters).run(items_of(*objects)).outputs["main"]
    return item["json"]


def test_fields_become_lists():
    assert gather({"a": 1, "b": "x"}, {"a": 2}, fields=[{"field": "a"}, {"field": "b", "name": "c"}]) == {
        "a": [1, 2],
        "c": ["x"],
    }


def test_the_last_part_of_a_path_names_the_list():
    assert gather({"a": {"b": 1}}, fields=[{"field": "a.b"}]) == {"b": [1]}
    assert gather({"a.b": 1}, fields=[{"field": "a.b"}], dots=False) == {"a.b": [1]}
    assert gather({"a": 1}, fields=[{"field": "a", "name": "x.y"}]) == {"x": {"y": [1]}}


def test_missing_and_null_values_are_dropped_or_kept():
    items = [{"a": None}, {}, {"a": [1, None]}]
    assert gather(*items, fields=[{"field": "a"}]) == {"a": [[1]]}
    assert gather(*items, fields=[{"field": "a"}], missing="keep") == {"a": [None, None, [1, None]]}


def test_a_field_that_no_item_has_is_an_error_if_wanted():
    assert gather({"b": 1}, fields=[{"field": "a"}]) == {"a": []}
    with pytest.raises(StepFailure, match="Couldn't find the field 'a'"):
        gather({"b": 1}, fields=[{"field": "a"}], nowhere="fail")


def test_lists_can_be_merged():
    assert gather({"a": [1]}, {"a": [2, 3]}, {"a": 4}, fields=[{"field": "a"}], mergeLists=True) == {
        "a": [1, 2, 3, 4]
    }


def test_whole_items_are_gathered_with_the_fields_asked_for():
    items = [{"a": 1, "b": 2}, {"b": 3}]
    assert gather(*items) == {"data": items}
    assert gather(*items, include="a", into="all") == {"all": [{"a": 1}]}
    assert gather(*items, exclude=["a"]) == {"data": [{"b": 2}, {"b": 3}]}


def test_the_item_comes_from_all_and_can_carry_their_files():
    file = {"mimeType": "text/plain", "fileSize": "1 B", "fileExtension": "txt"}
    items = [{"json": {}, "binary": {"f": {**file, "id": "1"}}}, {"json": {}, "binary": {"f": file}}]
    made = StepBench("data.aggregate", {"binary": True}).run(items).outputs["main"][0]
    assert made["pairedItem"] == [{"item": 0}, {"item": 1}]
    assert list(made["binary"]) == ["f", "f_1"]
    alone = StepBench("data.aggregate", {"binary": True, "uniqueFiles": True}).run(items).outputs["main"][0]
    assert list(alone["binary"]) == ["f"]


@pytest.mark.parametrize(
    "wrong", [{"fields": [{"field": ""}]}, {"fields": [{"field": "a"}, {"field": "b", "name": "a"}]}]
)
def test_wrong_parameters_are_refused(wrong):
    with pytest.raises(InvalidInput):
        gather({}, **wrong)


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.integers())))
def test_no_item_is_lost(objects):
    assert gather(*objects) == {"data": objects}
    made = StepBench("data.aggregate").run(items_of(*objects)).outputs["main"]
    assert len(made) == 1
    assert len(made[0]["pairedItem"]) == len(objects)
    assert json_of(made)[0]["data"] == objects
