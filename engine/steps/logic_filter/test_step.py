"""Tests of logic.filter."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import InvalidInput, StepFailure
from engine.testing.step_bench import StepBench, items_of, json_of


class Filter(StepBench):
    """A filter on the field ``n``."""

    def __init__(self, on_error="stop", **rest):
        super().__init__("logic.filter", lambda item, _: {"value": item["json"].get("n"), **rest})
        self.step = replace(self.step, on_error=on_error)


def test_items_that_fit_go_on_and_the_others_are_discarded():
    result = Filter(operator="greater", compareTo=1).run(items_of({"n": 1}, {"n": 2}))
    assert json_of(result.outputs["main"]) == [{"n": 2}]
    assert json_of(result.outputs["discarded"]) == [{"n": 1}]
    assert result.outputs["main"][0]["pairedItem"] == {"item": 1}


def test_where_nothing_fits_nothing_goes_on():
    assert Filter(compareTo=1).run(items_of({"n": 2})).outputs["main"] == []


def test_values_that_cannot_be_compared_fail_or_are_discarded():
    with pytest.raises(StepFailure):
        Filter(operator="greater", compareTo=1).run(items_of({"n": "x"}))
    result = Filter("continue", operator="greater", compareTo=1).run(items_of({"n": "x"}, {"n": 2}))
    assert json_of(result.outputs["discarded"]) == [{"n": "x"}]


def test_a_filter_needs_a_condition():
    with pytest.raises(InvalidInput):
        StepBench("logic.filter").run(items_of({}))


@given(st.lists(st.integers(-3, 3)))
def test_filtering_twice_changes_nothing(numbers):
    step = Filter(operator="greaterOrEqual", compareTo=0)
    once = step.run(items_of(*({"n": n} for n in numbers))).outputs["main"]
    assert json_of(once) == [{"n": n} for n in numbers if n >= 0]
    assert json_of(step.run(once).outputs["main"]) == json_of(once)
