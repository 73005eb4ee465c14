"""Tests of data.summarize."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import InvalidInput, StepFailure
from engine.testing.step_bench import StepBench, items_of, json_of

ROWS = [
    {"c": "x", "n": 1, "t": "a"},
    {"c": "y", "n": 2, "t": ""},
    {"c": "x", "n": 4, "t": "a"},
    {"c": "x", "n": "5", "t": None},
]


def summed(*objects, **parameters):
    return json_of(StepBench("data.summarize", parameters).run(items_of(*objects)).outputs["main"])


def one(function, field="n", rows=ROWS, **rest):
    (made,) = summed(*rows, summaries=[{"field": field, "function": function, "name": "r", **rest}])
    return made["r"]


@pytest.mark.parametrize(
    ("function", "field", "wanted"),
    [
        ("count", "t", 2),
        ("countUnique", "t", 1),
        ("sum", "n", 7),
        ("average", "n", 7 / 3),
        ("min", "n", 1),
        ("max", "n", "5"),
        ("append", "t", ["a", "a"]),
        ("concatenate", "t", "a,a"),
        ("min", "nowhere", None),
        ("average", "nowhere", None),
        ("sum", "nowhere", 0),
    ],
)
def test_each_function_sums_up_values_that_are_there(function, field, wanted):
    assert one(function, field) == wanted


def test_empty_values_can_count():
    rows = [{"t": "a"}, {"t": ""}, {"t": None}, {}]
    assert one("count", "t", rows, includeEmpty=True) == 4
    assert one("countUnique", "t", rows, includeEmpty=True) == 4
    assert one("append", "t", rows, includeEmpty=True) == ["a", "", None, None]
    assert one("concatenate", "t", rows, includeEmpty=True, separator="-") == "a--null-undefined"


def test_objects_are_written_as_json():
    assert one("concatenate", "o", [{"o": {"a": 1}}, {"o": [1]}], separator=" ") == '{"a":1} [1]'


def test_groups_come_in_the_order_in_which_they_appear():
    found = summed(*ROWS, groupBy="c", summaries=[{"field": "n", "function": "sum"}])
    assert found == [{"c": "x", "sum_n": 5}, {"c": "y", "sum_n": 2}]


def test_groups_keep_their_type_or_become_text():
    rows = [{"k": 1, "n": 1}, {"k": "1", "n": 1}, {"k": {"a": 1}, "n": 1}]
    summaries = [{"field": "n"}]
    assert [row["k"] for row in summed(*rows, groupBy="k", summaries=summaries)] == [1, "1", '{"a":1}']
    assert len(summed(*rows, groupBy="k", summaries=summaries, keys="text")) == 2


def test_items_without_a_group_can_be_dropped():
    rows = [{"k": 0, "n": 1}, {"n": 1}, {"k": "", "n": 1}]
    assert summed(*rows, groupBy="k", summaries=[{"field": "n"}], emptyGroups="drop") == [
        {"k": 0, "count_n": 1}
    ]


def test_one_object_can_hold_all_groups():
    found = summed(*ROWS, groupBy="c,t", output="object", summaries=[{"field": "n"}])
    assert found == [{"x": {"a": {"count_n": 2}, "null": {"count_n": 1}}, "y": {"": {"count_n": 1}}}]


def test_names_are_made_of_function_and_field():
    found = summed({"a": {"b c": 1}}, summaries=[{"field": 'a["b c"]', "function": "max"}])
    assert found == [{"max_ab_c": 1}]


def test_a_field_that_no_item_has_is_an_error_if_wanted():
    with pytest.raises(StepFailure, match="'x' does not exist in any items"):
        summed(*ROWS, summaries=[{"field": "x"}], missing="fail")


@pytest.mark.parametrize(
    "wrong", [{}, {"summaries": []}, {"summaries": [{"field": "a", "function": "mode"}]}]
)
def test_wrong_parameters_are_refused(wrong):
    with pytest.raises(InvalidInput):
        summed({}, **wrong)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers())))
def test_the_groups_share_out_all_items(pairs):
    rows = [{"k": key, "n": number} for key, number in pairs]
    summaries = [{"field": "n", "function": "sum"}, {"field": "n"}]
    made = StepBench("data.summarize", {"groupBy": "k", "summaries": summaries}).run(items_of(*rows))
    groups = made.outputs["main"]
    assert sum(group["json"]["count_n"] for group in groups) == len(rows)
    assert sum(group["json"]["sum_n"] for group in groups) == sum(number for _, number in pairs)
    places = sorted(place["item"] for group in groups for place in group["pairedItem"])
    assert places == list(range(len(rows)))


def test_items_without_a_group_fall_away_before_groups_become_names():
    items = items_of({"g": None, "n": 1}, {"n": 2}, {"g": 0, "n": 3})
    parameters = {"summaries": [{"field": "n", "function": "sum"}], "groupBy": "g"}
    bench = StepBench("data.summarize", {**parameters, "output": "object", "emptyGroups": "drop"})
    assert json_of(bench.run(items).outputs["main"]) == [{"0": {"sum_n": 3}}]
    nested = {**parameters, "groupBy": "n, g", "output": "object", "emptyGroups": "drop"}
    made = StepBench("data.summarize", nested).run(items).outputs["main"]
    assert json_of(made) == [{"1": {}, "2": {}, "3": {"0": {"sum_n": 3}}}]


def test_whole_numbers_may_come_first():
    items = items_of(*({"g": g} for g in ("x", "2020", "07", "9")))
    bench = StepBench("data.summarize", {"summaries": [{"field": "g"}], "groupBy": "g", "order": "script"})
    assert [json["g"] for json in json_of(bench.run(items).outputs["main"])] == ["9", "2020", "x", "07"]
