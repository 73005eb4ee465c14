"""Tests of data.compare."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import StepFailure
from engine.testing.step_bench import StepBench, items_of, json_of

BY_ID = [{"left": "id"}]


def compared(first, second, **parameters):
    bench = StepBench("data.compare", {"match": BY_ID, **parameters})
    outputs = bench.run({"input 1": items_of(*first), "input 2": items_of(*second)}).outputs
    return {port: json_of(items) for port, items in outputs.items()}


def test_items_leave_by_the_port_that_fits():
    first = [{"id": 1}, {"id": 2, "v": 1}, {"id": 3, "v": 1}]
    second = [{"id": 3, "v": 2}, {"id": 2, "v": 1}, {"id": 4}]
    assert compared(first, second) == {
        "only first": [{"id": 1}],
        "same": [{"id": 2, "v": 1}],
        "different": [{"keys": {"id": 3}, "same": {"id": 3}, "different": {"v": {"inputA": 1, "inputB": 2}}}],
        "only second": [{"id": 4}],
    }


@pytest.mark.parametrize(
    ("show", "wanted"),
    [
        ({"show": "first"}, {"id": 1, "v": 1, "w": 1}),
        ({"show": "second"}, {"id": 1, "v": 2, "w": 2}),
        ({"show": "mix", "exceptFields": "w"}, {"id": 1, "v": 1, "w": 2}),
        ({"show": "mix", "prefer": "second", "exceptFields": "w"}, {"id": 1, "v": 2, "w": 1}),
    ],
)
def test_what_differs_is_shown_as_asked(show, wanted):
    found = compared([{"id": 1, "v": 1, "w": 1}], [{"id": 1, "v": 2, "w": 2}], **show)
    assert found == {"different": [wanted]}


def test_skipped_fields_do_not_count():
    assert list(compared([{"id": 1, "t": 1}], [{"id": 1, "t": 2}], skip="t")) == ["same"]
    found = compared([{"id": 1, "t": 1, "v": 1}], [{"id": 1, "t": 2}], skip="t")["different"][0]
    assert found["skipped"] == {"t": {"inputA": 1, "inputB": 2}}
    assert found["different"] == {"v": {"inputA": 1, "inputB": None}}


def test_a_field_to_skip_may_be_inside_another():
    first, second = [{"id": 1, "o": {"a": 1, "b": 1}, "n": 1}], [{"id": 1, "o": {"a": 1, "b": 2}, "n": 2}]
    found = compared(first, second, skip="o.b, n")
    assert found == {"same": first}
    found = compared(first, [{"id": 1, "o": {"a": 2, "b": 2}}], skip="o.b")["different"][0]
    assert found["skipped"] == {"o": {"inputA": {"b": 1}, "inputB": {"b": 2}}}
    assert found["different"]["o"] == {"inputA": {"a": 1}, "inputB": {"a": 2}}
    with pytest.raises(StepFailure, match="'n' is not an object"):
        compared(first, second, skip="n.x")


def test_a_mix_has_the_fields_of_the_preferred_input_and_null_for_what_the_other_lacks():
    first, second = [{"id": 1, "a": 1, "b": 1}], [{"id": 1, "a": 0, "c": 1}]
    found = compared(first, second, show="mix", exceptFields="a, b")
    assert found == {"different": [{"id": 1, "a": 0, "b": None}]}


def test_empty_items_may_be_left_out():
    assert compared([{}, {"id": 1}], [{}], empty="skip") == {"only first": [{"id": 1}]}


def test_what_is_blank_may_be_shown_as_null():
    found = compared([{"id": 1, "n": 0}], [{"id": 1, "n": 1}], blanks="null")["different"][0]
    assert found["different"] == {"n": {"inputA": None, "inputB": 1}}


def test_an_item_is_the_same_once_and_as_the_first_input_has_it():
    second = [{"id": 1, "t": 1}, {"id": 1, "t": 2}]
    found = compared([{"id": 1, "t": 0}], second, skip="t", multiple="all", show="second")
    assert found == {"same": [{"id": 1, "t": 0}]}


def test_one_partner_or_all_are_compared():
    second = [{"id": 1, "v": 1}, {"id": 1, "v": 2}]
    assert compared([{"id": 1, "v": 1}], second) == {"same": second[:1], "only second": second[1:]}
    assert list(compared([{"id": 1, "v": 1}], second, multiple="all")) == ["same", "different"]


def test_fuzzy_lets_types_differ():
    first = [{"id": "1", "a": True, "b": None, "c": [1]}]
    second = [{"id": 1, "a": "True", "b": [], "c": "[1]"}]
    assert list(compared(first, second)) == ["only first", "only second"]
    assert list(compared(first, second, fuzzy=True)) == ["same"]
    assert list(compared([{"id": 1, "n": 0}], [{"id": 1, "n": None}], fuzzy=True)) == ["different"]
    assert list(compared([{"id": 1, "n": 0}], [{"id": 1, "n": None}], fuzzy=True, zeroIsNull=True)) == [
        "same"
    ]


def test_names_of_fields_may_differ_between_the_inputs():
    found = compared([{"a": {"id": 1}}], [{"b": 1}], match=[{"left": "a.id", "right": "b"}])
    assert found["different"][0]["keys"] == {"a.id": 1}
    match = [{"left": "a.id", "right": "b"}]
    found = compared([{"a": {"id": 1}}], [{"b": 1}], match=match, nestedKeys=False)
    assert found["different"][0]["keys"] == {}


def test_a_field_that_no_item_has_is_an_error_if_wanted():
    assert compared([{"x": 1}], []) == {"only first": [{"x": 1}]}
    with pytest.raises(StepFailure, match="'id' is not present in any of items in 'Input A'"):
        compared([{"x": 1}], [], missing="fail")


def test_items_say_where_they_come_from():
    bench = StepBench("data.compare", {"match": BY_ID})
    outputs = bench.run({"input 1": items_of({"id": 1}), "input 2": items_of({"id": 2}, {"id": 1})}).outputs
    assert outputs["same"][0]["pairedItem"] == [{"item": 0, "input": 0}, {"item": 1, "input": 1}]
    assert outputs["only second"][0]["pairedItem"] == {"item": 0, "input": 1}


ROWS = st.lists(st.fixed_dictionaries({"id": st.integers(0, 3), "v": st.integers(0, 1)}))


@given(ROWS, ROWS)
def test_every_item_is_told_of(first, second):
    found = compared(first, second, multiple="all")
    ids = {row["id"] for row in first} & {row["id"] for row in second}
    assert found.get("only first", []) == [row for row in first if row["id"] not in ids]
    assert found.get("only second", []) == [row for row in second if row["id"] not in ids]
    pairs = [(one, two) for one in first for two in second if one["id"] == two["id"]]
    assert len(found.get("same", [])) == sum(one in second for one in first)
    assert len(found.get("different", [])) == sum(one != two for one, two in pairs)
