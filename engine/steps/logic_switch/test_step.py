"""Tests of logic.switch."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import InvalidInput, StepFailure
from engine.testing.step_bench import StepBench, items_of, json_of

CASES = [
    {"name": "small", "operator": "less", "compareTo": 3},
    {"name": "even", "operator": "in", "compareTo": [0, 2, 4, 6, 8]},
]


class Switch(StepBench):
    """A switch that looks at the field ``n``."""

    def __init__(self, cases, **rest):
        super().__init__(
            "logic.switch", lambda item, index: {"value": item["json"].get("n"), "cases": cases, **rest}
        )
        object.__setattr__(self.step, "parameters", {"cases": cases, **rest})


def spread(cases, *numbers, **rest):
    result = Switch(cases, **rest).run(items_of(*({"n": n} for n in numbers)))
    return {port: [value["n"] for value in json_of(items)] for port, items in result.outputs.items()}


def test_the_first_case_that_holds_takes_the_item():
    assert spread(CASES, 2, 4, 5) == {"small": [2], "even": [4], "otherwise": [5]}


def test_all_matching_cases_take_it_if_asked():
    assert spread(CASES, 2, 5, allMatching=True) == {"small": [2], "even": [2], "otherwise": [5]}


def test_a_case_may_look_at_something_else():
    cases = [{"name": "fixed", "value": 7, "operator": "equals", "compareTo": 7}]
    assert spread(cases, 1) == {"fixed": [1]}


def test_items_say_where_they_come_from():
    result = Switch(CASES).run(items_of({"n": 5}, {"n": 1}))
    assert result.outputs["small"][0]["pairedItem"] == {"item": 1}


def test_the_ports_are_the_names_of_the_cases_and_otherwise():
    kind = Switch(CASES).kind
    assert kind.ports_out({"cases": CASES}) == ("small", "even", "otherwise")


@pytest.mark.parametrize("cases", [None, "$ref", 5, [1], [{}], [{"name": 1}]])
def test_ports_of_malformed_parameters_are_still_told(cases):
    assert Switch(CASES).kind.ports_out({"cases": cases}) == ("otherwise",)


@pytest.mark.parametrize("names", [("a", "a"), ("otherwise",), ("failure",), ("",)])
def test_each_case_needs_a_port_of_its_own(names):
    cases = [{"name": name, "compareTo": 1} for name in names]
    with pytest.raises(InvalidInput):
        spread(cases, 1)


def test_a_switch_without_cases_is_refused():
    with pytest.raises(InvalidInput):
        spread([], 1)


def test_values_that_cannot_be_compared_fail_naming_item_and_case():
    with pytest.raises(StepFailure, match="item 0, case 'small'"):
        spread(CASES, "x")


@given(st.lists(st.integers(0, 9)))
def test_no_item_is_lost_or_doubled(numbers):
    found = spread(CASES, *numbers)
    assert sorted(n for port in found.values() for n in port) == sorted(numbers)
    assert all(port for port in found.values())


@given(st.lists(st.integers(0, 9)))
def test_with_all_matching_each_item_is_on_every_port_that_fits(numbers):
    found = spread(CASES, *numbers, allMatching=True)
    assert found.get("small", []) == [n for n in numbers if n < 3]
    assert found.get("even", []) == [n for n in numbers if n % 2 == 0]
    assert found.get("otherwise", []) == [n for n in numbers if n >= 3 and n % 2]


def test_numbered_ports_may_come_before_the_cases():
    cases = [{"name": "big", "to": "2", "compareTo": 1}]
    assert Switch(cases).kind.ports_out({"cases": cases, "outputs": 3}) == ("0", "1", "2", "otherwise")
