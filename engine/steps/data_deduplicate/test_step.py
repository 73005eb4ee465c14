"""Tests of data.deduplicate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import InvalidInput, StepFailure
from engine.testing.step_bench import StepBench, items_of, json_of

VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(0, 2), st.sampled_from(["", "a", "1"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    ),
    max_leaves=4,
)
OBJECTS = st.lists(st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3))


def unique(*objects, port="main", **parameters):
    result = StepBench("data.deduplicate", parameters).run(items_of(*objects))
    return json_of(result.outputs.get(port, []))


def test_the_first_of_equal_items_stays():
    items = [{"a": 1, "b": 1}, {"b": 1, "a": 1.0}, {"a": 2, "b": 1}]
    assert unique(*items) == [items[0], items[2]]
    assert unique(*items, port="duplicates") == [items[1]]


def test_types_and_missing_fields_count():
    items = [{"a": 1}, {"a": "1"}, {"a": True}, {"a": None}, {}]
    assert unique(*items) == items


def test_only_some_fields_can_count():
    items = [{"a": {"x": 1}, "b": 1}, {"a": {"x": 1}, "b": 2}]
    assert unique(*items, compare="selected", fields="a.x") == items[:1]
    assert unique(*items, compare="except", fields="b") == items[:1]
    assert unique(*items, compare="except", fields="a") == items


def test_fields_that_were_not_compared_can_be_dropped():
    items = [{"a": {"x": 1}, "b": 1}, {"a": {"x": 2}, "b": 2}]
    assert unique(*items, compare="selected", fields=["a.x"], others="drop") == [
        {"a": {"x": 1}},
        {"a": {"x": 2}},
    ]


@pytest.mark.parametrize(
    ("items", "message"), [([{"a": 1}, {}], "missing from some"), ([{"a": 1}, {"a": "x"}], "same type")]
)
def test_strict_refuses_items_of_different_kinds(items, message):
    with pytest.raises(StepFailure, match=message):
        unique(*items, compare="selected", fields="a", strict=True)


def test_items_say_where_they_come_from():
    made = StepBench("data.deduplicate").run(items_of({"a": 1}, {"a": 1}, {"a": 2})).outputs
    assert [item["pairedItem"] for item in made["main"]] == [{"item": 0}, {"item": 2}]
    assert made["duplicates"][0]["pairedItem"] == {"item": 1}


@pytest.mark.parametrize("compare", ["selected", "except"])
def test_fields_must_be_named(compare):
    with pytest.raises(InvalidInput):
        unique({}, compare=compare)


@given(OBJECTS)
def test_what_is_unique_stays_as_it_is(objects):
    once = unique(*objects)
    assert unique(*once) == once
    assert len(once) + len(unique(*objects, port="duplicates")) == len(objects)


def test_how_alike_the_types_must_be_is_said():
    items = [{"a": None}, {"a": "x"}, {"a": None}]
    selected = {"compare": "selected", "fields": "a", "strict": True}
    with pytest.raises(StepFailure, match="same type"):
        unique(*items, **selected)
    assert unique(*items, **selected, kinds="there") == items[:2]
    assert unique({"a": 1}, {"a": "1"}, **selected, kinds="any") == [{"a": 1}, {"a": "1"}]
    assert unique({"a": [1]}, {"a": {}}, **selected) == [{"a": [1]}, {"a": {}}]


def test_only_what_lies_innermost_may_count():
    items = [{"a": 1, "o": {"x": 1}}, {"a": 2, "o": {"x": 1}, "b": 1}, {"a": 1, "o": {"x": 2}}]
    leaves = {"compareBy": "leaves"}
    assert unique(*items, compare="except", fields="a", **leaves) == [items[0], items[2]]
    assert unique(*items, compare="except", fields="a, o", **leaves) == [items[0], items[2]]
    assert unique({"l": [1, {}]}, {"l": [1, []]}, {"l": [2]}, **leaves) == [{"l": [1, {}]}, {"l": [2]}]
    with pytest.raises(StepFailure, match=r"'l\.1' field is missing"):
        unique({"l": [1, 2]}, {"l": [1]}, strict=True, **leaves)
