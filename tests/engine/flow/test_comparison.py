"""Comparing expected items with those that came: its laws."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.flow.comparison import ABSENT, differences

few = settings(max_examples=40, deadline=None)
scalars = st.sampled_from([None, True, False, 0, 1, 2, 0.5, 1.0, "", "a", "b"])
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("xy", max_size=2), inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(st.text("xy", max_size=2), values, max_size=3)
items = st.lists(objects.map(lambda value: {"json": value}), max_size=4)


def item(**value: Any) -> dict[str, Any]:
    return {"json": value}


@few
@given(items)
def test_whatever_it_is_it_is_like_itself(one: list[Any]) -> None:
    assert not differences(one, one)
    assert not differences(one, one, part=True)


@few
@given(items, items)
def test_the_same_in_one_direction_is_the_same_in_the_other(one: list[Any], other: list[Any]) -> None:
    assert bool(differences(one, other)) == bool(differences(other, one))


@few
@given(items, items)
def test_what_is_exactly_so_is_also_so_in_part(one: list[Any], other: list[Any]) -> None:
    if not differences(one, other):
        assert not differences(one, other, part=True)


@few
@given(st.data(), items)
def test_more_items_and_more_keys_leave_a_part_a_part(data: st.DataObject, part: list[Any]) -> None:
    more = [{"json": {**one["json"], "more": data.draw(values)}, "pairedItem": {"item": 0}} for one in part]
    for further in data.draw(items):
        more.insert(data.draw(st.integers(0, len(more))), further)
    assert not differences(part, more, part=True)


@few
@given(items, items, items)
def test_a_part_of_a_part_is_a_part(one: list[Any], two: list[Any], three: list[Any]) -> None:
    if not differences(one, two, part=True) and not differences(two, three, part=True):
        assert not differences(one, three, part=True)


@few
@given(items, items)
def test_of_two_that_are_parts_of_each_other_each_is_the_other(one: list[Any], other: list[Any]) -> None:
    if not differences(one, other, part=True) and not differences(other, one, part=True):
        assert not differences(one, other)


@few
@given(items, items)
def test_every_difference_names_two_values_that_are_not_the_same(one: list[Any], other: list[Any]) -> None:
    for found in differences(one, other):
        assert found.expected is ABSENT or found.got is ABSENT or repr(found.expected) != repr(found.got)


@pytest.mark.parametrize(
    ("expected", "got", "same"),
    [
        (1, 1.0, True),
        (True, 1, False),
        (0, False, False),
        (None, 0, False),
        ("1", 1, False),
        ([1], [1.0], True),
    ],
)
def test_values_are_compared_as_json_knows_them(expected: Any, got: Any, same: bool) -> None:
    assert bool(differences([item(n=expected)], [item(n=got)])) is not same


def test_a_difference_tells_its_place_and_both_sides() -> None:
    expected = [item(user={"name": "Ada", "tags": ["a", "b"]})]
    got = [item(user={"name": "Bob", "tags": ["a", "c"]}, extra=1)]
    found = {one.path: (one.expected, one.got) for one in differences(expected, got)}
    assert found == {
        "[0].json.user.name": ("Ada", "Bob"),
        "[0].json.user.tags[1]": ("b", "c"),
        "[0].json.extra": (ABSENT, 1),
    }


def test_items_that_are_missing_or_too_many_are_named_whole() -> None:
    one, two = item(n=1), item(n=2)
    assert [(d.path, d.expected, d.got) for d in differences([one, two], [one])] == [("[1]", two, ABSENT)]
    assert [(d.path, d.expected, d.got) for d in differences([one], [one, two])] == [("[1]", ABSENT, two)]


def test_a_part_that_is_nowhere_is_held_against_the_item_that_is_nearest() -> None:
    got = [item(id=1, name="x", sum=0), item(id=2, name="Ada", sum=5), item(id=3)]
    found = differences([item(id=2, name="Ada", sum=6)], got, part=True)
    assert [(one.path, one.expected, one.got) for one in found] == [("[0].json.sum", 6, 5)]


def test_parts_must_stand_in_their_order() -> None:
    got = [item(n=1), item(n=2)]
    assert not differences([item(n=1), item(n=2)], got, part=True)
    assert differences([item(n=2), item(n=1)], got, part=True)


def test_where_an_item_came_from_does_not_count_but_what_is_written_does() -> None:
    came = [{"json": {"n": 1}, "pairedItem": {"item": 0}}]
    assert not differences([item(n=1)], came)
    assert differences([{"json": {"n": 1}, "pairedItem": {"item": 1}}], came)


def test_very_many_differences_are_told_in_part() -> None:
    assert len(differences([item(n=1)] * 500, [])) == 50
