"""Tests of merging by fields, checked against a plain model."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import InvalidInput, StepFailure
from engine.testing.step_bench import StepBench, items_of, json_of

LEFT = [{"id": 1, "a": "x"}, {"id": 2, "a": "y"}, {"id": 2, "a": "z"}]
RIGHT = [{"id": 2, "b": "p"}, {"id": 2, "b": "q"}, {"id": 3, "b": "r"}]


def joined(left=LEFT, right=RIGHT, **parameters):
    given_items = {"input 1": items_of(*left), "input 2": items_of(*right)}
    settings = {"mode": "combineByFields", "match": [{"left": "id"}], **parameters}
    return StepBench("logic.merge", settings).run(given_items).outputs["main"]


def both(one, other):
    return {"id": 2, "a": one, "b": other}


PAIRS = [both("y", "p"), both("y", "q"), both("z", "p"), both("z", "q")]


@pytest.mark.parametrize(
    ("join", "wanted"),
    [
        ({"join": "inner"}, PAIRS),
        ({"join": "inner", "take": "input1"}, LEFT[1:]),
        ({"join": "inner", "take": "input2"}, RIGHT[:2]),
        ({"join": "inner", "multiple": "first"}, [both("y", "p"), both("z", "p")]),
        ({"join": "outer"}, [*PAIRS, LEFT[0], RIGHT[2]]),
        ({"join": "left"}, [*PAIRS, LEFT[0]]),
        ({"join": "right"}, [*PAIRS, RIGHT[2]]),
        ({"join": "unmatched", "take": "input1"}, LEFT[:1]),
        ({"join": "unmatched", "take": "input2"}, RIGHT[2:]),
        (
            {"join": "unmatched"},
            [{**LEFT[0], "_source": "input1"}, {**RIGHT[2], "_source": "input2"}],
        ),
    ],
)
def test_each_join_keeps_what_it_says(join, wanted):
    assert json_of(joined(**join)) == wanted


@pytest.mark.parametrize(
    ("join", "wanted"), [("inner", []), ("left", LEFT), ("right", []), ("outer", LEFT), ("unmatched", LEFT)]
)
def test_with_an_empty_input_only_what_is_kept_anyway_goes_on(join, wanted):
    assert json_of(joined(right=[], join=join)) == wanted


def test_both_values_of_a_clash_can_stay():
    found = joined([{"id": 1, "v": 1}], [{"id": 1, "v": 2}, {"id": 5}], clash="suffix", join="outer")
    assert json_of(found) == [{"id_1": 1, "v_1": 1, "id_2": 1, "v_2": 2}, {"id_2": 5}]


def test_an_input_can_win_and_keep_what_the_other_has_not():
    left, right = [{"id": 1, "v": 1, "w": 1}], [{"id": 1, "v": 2, "w": ""}]
    assert json_of(joined(left, right)) == [{"id": 1, "v": 2, "w": ""}]
    assert json_of(joined(left, right, keepFilled=True)) == [{"id": 1, "v": 2, "w": 1}]
    assert json_of(joined(left, right, prefer=1)) == [{"id": 1, "v": 1, "w": 1}]


def test_objects_and_lists_can_be_merged_deep():
    left, right = [{"id": 1, "o": {"a": 1}, "l": [1, 2]}], [{"id": 1, "o": {"b": 2}, "l": [9]}]
    assert json_of(joined(left, right, depth="deep")) == [{"id": 1, "o": {"a": 1, "b": 2}, "l": [9, 2]}]
    assert json_of(joined(left, right)) == [{"id": 1, "o": {"b": 2}, "l": [9]}]


def test_types_count_unless_fuzzy():
    assert joined([{"id": "2"}]) == []
    assert len(joined([{"id": "2"}], fuzzy=True)) == 2


def test_a_field_that_no_item_has_is_an_error_if_wanted():
    assert joined(match=[{"left": "nowhere"}]) == []
    with pytest.raises(StepFailure, match="'nowhere' is not present in any of items in 'Input 1'"):
        joined(match=[{"left": "nowhere"}], missing="fail")


def test_items_say_where_they_come_from():
    assert joined()[1]["pairedItem"] == [{"item": 1, "input": 0}, {"item": 1, "input": 1}]
    assert joined(join="unmatched", take="input2")[0]["pairedItem"] == {"item": 2, "input": 1}


def test_fields_to_match_must_be_named():
    with pytest.raises(InvalidInput):
        joined(match=[])


ROWS = st.lists(st.fixed_dictionaries({"id": st.integers(0, 3), "n": st.integers()}), max_size=8)


@given(ROWS, ROWS)
def test_the_joins_agree_with_a_plain_model(left, right):
    left = [{"id": row["id"], "a": row["n"]} for row in left]
    right = [{"id": row["id"], "b": row["n"]} for row in right]
    pairs = [{**one, **other} for one in left for other in right if one["id"] == other["id"]]
    lonely_left = [one for one in left if all(one["id"] != other["id"] for other in right)]
    lonely_right = [other for other in right if all(one["id"] != other["id"] for one in left)]
    assert json_of(joined(left, right)) == pairs
    assert json_of(joined(left, right, join="left")) == pairs + lonely_left
    assert json_of(joined(left, right, join="outer")) == pairs + lonely_left + lonely_right
    assert json_of(joined(left, right, join="right")) == pairs + lonely_right
    assert json_of(joined(left, right, join="unmatched", take="input1")) == lonely_left


@given(ROWS, ROWS)
def test_combining_all_is_the_product_of_the_inputs(left, right):
    given_items = {"input 1": items_of(*left), "input 2": items_of(*right)}
    made = StepBench("logic.merge", {"mode": "combineAll"}).run(given_items).outputs["main"]
    assert json_of(made) == [{**one, **other} for one in left for other in right]


def test_a_list_takes_no_names():
    left, right = [{"id": 1, "l": [1], "o": {"a": 1}}], [{"id": 1, "l": {"a": 2}, "o": [2]}]
    assert json_of(joined(left, right, depth="deep")) == [{"id": 1, "l": [1], "o": [2]}]


def looked_up(left, right, **parameters):
    given_items = {"input 1": items_of(*left), "input 2": items_of(*right)}
    match = [{"left": "id", "right": "key"}]
    bench = StepBench("logic.merge", {"mode": "lookup", "match": match, **parameters})
    return json_of(bench.run(given_items).outputs["main"])


def test_a_lookup_takes_the_last_item_that_says_the_same_as_text():
    left = [{"id": 2, "v": ""}, {"id": None}, {"id": "1"}, {"id": True}, {}]
    right = [{"key": "2", "w": 1}, {"key": "2", "w": 2, "v": 3}, {"key": 0, "w": 9}]
    assert looked_up(left, right, join="left") == [{"id": 2, "v": 3, "w": 2}, {"id": None}, {"id": "1"}]
    assert looked_up(left, right) == [left[0]]
    assert looked_up(left, right, join="unmatched") == left[1:]
    kept = looked_up(left, right, join="left", prefer=1)
    assert kept[0] == {"id": 2, "v": "", "w": 2}
    assert looked_up(left, right, join="left", prefer=1, keepFilled=True)[0] == {"id": 2, "v": 3, "w": 2}


def test_where_all_fields_must_be_there_an_empty_input_has_none():
    with pytest.raises(StepFailure, match="'id' is not present in any of items in 'Input 2'"):
        joined(right=[], missing="fail")


def test_by_position_the_others_may_stand_for_an_empty_input():
    given_items = {"input 1": items_of({"a": 1}), "input 2": []}
    bench = StepBench("logic.merge", {"mode": "combineByPosition", "unpaired": "drop", "whenEmpty": "others"})
    assert json_of(bench.run(given_items).outputs["main"]) == [{"a": 1}]


def test_with_suffixes_one_input_may_have_its_own_names_too():
    given_items = {"input 1": items_of({"a": 1}), "input 2": items_of({"a": 2})}
    bench = StepBench("logic.merge", {"mode": "combineByPosition", "clash": "suffix", "prefer": 2})
    assert json_of(bench.run(given_items).outputs["main"]) == [{"a_1": 1, "a_2": 2, "a": 2}]
