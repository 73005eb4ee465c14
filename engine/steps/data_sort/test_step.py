"""Tests of data.sort."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import InvalidInput, PolicyViolation, StepFailure
from engine.ports.policy import PERSONAL, Policy
from engine.ports.sandbox import CodeResult, Usage
from engine.testing.no_sandbox import NoSandbox
from engine.testing.step_bench import StepBench, items_of, json_of

VALUES = st.one_of(
    st.integers(-9, 9), st.text("abAB", max_size=3), st.booleans(), st.none(), st.floats(-2, 2)
)


def ordered(*objects, by=("v",), descending=False, **rest):
    order = "descending" if descending else "ascending"
    fields = [{"field": field, "order": order} for field in by]
    return json_of(StepBench("data.sort", {"fields": fields, **rest}).run(items_of(*objects)).outputs["main"])


def test_items_are_sorted_by_fields_one_after_the_other():
    items = [{"a": 2, "b": "x"}, {"a": 1, "b": "z"}, {"a": 1, "b": "y"}]
    assert ordered(*items, by=("a", "b")) == [items[2], items[1], items[0]]


def test_letter_case_does_not_count_and_the_order_is_that_of_code_units():
    items = [{"v": text} for text in ("b", "A", "a", "\U0001f600", "\uff5e")]
    assert [one["v"] for one in ordered(*items)] == ["A", "a", "b", "\U0001f600", "\uff5e"]


def test_a_path_leads_into_objects():
    assert ordered({"a": {"b": 2}}, {"a": {"b": 1}}, by=("a.b",))[0] == {"a": {"b": 1}}
    assert ordered({"a.b": 2}, {"a.b": 1}, by=("a.b",), dots=False)[0] == {"a.b": 1}


def test_a_field_that_no_item_has_is_an_error():
    with pytest.raises(StepFailure, match="Couldn't find the field 'x'"):
        ordered({"v": 1}, by=("x",))
    assert ordered({"v": 1}, by=("x",), missing="allow") == [{"v": 1}]
    assert ordered() == []


def test_a_shuffle_is_drawn_from_the_seed():
    items = items_of(*({"n": n} for n in range(30)))
    made = [StepBench("data.sort", {"by": "random"}, seed=seed).run(items) for seed in (b"a", b"a", b"b")]
    first, again, other = (json_of(result.outputs["main"]) for result in made)
    assert first == again != other
    assert sorted(one["n"] for one in first) == list(range(30))


class Reversing(NoSandbox):
    """Answers with the items' indexes, last first."""

    def run_code(self, request, limits):
        order = list(range(len(request.items)))[::-1]
        return CodeResult([{"json": {"order": order}}], ["said"], Usage(fuel=3), request.cid)


def test_code_runs_in_the_sandbox_and_its_order_is_taken():
    bench = StepBench("data.sort", {"by": "code", "code": "return b.json.n - a.json.n"}, sandbox=Reversing())
    result = bench.run(items_of({"n": 1}, {"n": 2}))
    assert json_of(result.outputs["main"]) == [{"n": 2}, {"n": 1}]
    assert result.outputs["main"][0]["pairedItem"] == {"item": 1}
    assert (result.logs, result.usage.fuel) == (["said"], 3)


def test_a_policy_without_code_refuses_it():
    bench = StepBench("data.sort", {"by": "code", "code": "return 0"}, policy=Policy(PERSONAL, code="none"))
    with pytest.raises(PolicyViolation):
        bench.run(items_of({}))


@pytest.mark.parametrize(
    "wrong", [{}, {"by": "code"}, {"by": "code", "code": "1"}, {"fields": [{"field": ""}]}]
)
def test_wrong_parameters_are_refused(wrong):
    with pytest.raises(InvalidInput):
        StepBench("data.sort", wrong).run(items_of({}))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers())), st.booleans())
def test_equal_items_keep_their_order_in_both_directions(pairs, descending):
    items = [{"v": value, "at": at} for at, (value, _) in enumerate(pairs)]
    wanted = sorted(items, key=lambda one: one["v"], reverse=descending)
    assert ordered(*items, descending=descending) == wanted


@given(st.lists(VALUES))
def test_any_values_are_sorted_without_losing_one(values):
    made = ordered(*({"v": value, "at": at} for at, value in enumerate(values)))
    assert sorted(one["at"] for one in made) == list(range(len(values)))


def test_fields_are_compared_one_after_the_other_also_where_some_are_missing():
    rows = [{"a": "b", "n": 1}, {"a": "B", "n": 2}, {"a": "a"}, {"a": None}, {"n": 1}]
    fields = [{"field": "a"}, {"field": "n", "order": "descending"}]
    made = StepBench("data.sort", {"fields": fields}).run(items_of(*rows)).outputs["main"]
    assert json_of(made) == [rows[2], rows[1], rows[0], rows[3], rows[4]]


def test_only_texts_are_compared_by_their_letters():
    rows = [{"v": "true"}, {"v": {"x": 1}}, {"v": "a"}]
    made = StepBench("data.sort", {"fields": [{"field": "v"}]}).run(items_of(*rows)).outputs["main"]
    assert json_of(made) == rows
