"""Tests of trigger.subflow."""

from __future__ import annotations

import pytest

from engine.base.errors import InvalidInput
from engine.testing.step_bench import StepBench, items_of, json_of

INPUTS = [
    {"name": "customer", "type": "string"},
    {"name": "discount", "type": "number", "required": False, "default": 0},
]


def test_anything_goes_without_declared_inputs():
    given = items_of({"x": 1})
    assert StepBench("trigger.subflow").run(given).outputs == {"main": given}


def test_a_missing_optional_field_gets_its_default():
    result = StepBench("trigger.subflow", {"inputs": INPUTS}).run(items_of({"customer": "Ada"}))
    assert json_of(result.outputs["main"]) == [{"customer": "Ada", "discount": 0}]


def test_fields_that_are_not_declared_may_be_dropped():
    bench = StepBench("trigger.subflow", {"inputs": INPUTS, "others": "drop"})
    result = bench.run(items_of({"x": 1, "customer": "Ada"}))
    assert json_of(result.outputs["main"]) == [{"customer": "Ada", "discount": 0}]


def test_all_wrong_fields_of_all_items_are_named_at_once():
    bench = StepBench("trigger.subflow", {"inputs": INPUTS})
    with pytest.raises(InvalidInput) as caught:
        bench.run(items_of({"discount": True}, {"customer": 5}))
    assert [problem.path for problem in caught.value.problems] == [
        "items[0].json.customer",
        "items[0].json.discount",
        "items[1].json.customer",
    ]


@pytest.mark.parametrize(
    ("kind", "fitting", "wrong"),
    [
        ("string", "a", 1),
        ("number", 1.5, "1"),
        ("boolean", False, 0),
        ("object", {}, []),
        ("list", [], {}),
    ],
)
def test_types_are_those_of_json(kind, fitting, wrong):
    bench = StepBench("trigger.subflow", {"inputs": [{"name": "f", "type": kind}]})
    assert json_of(bench.run(items_of({"f": fitting})).outputs["main"]) == [{"f": fitting}]
    with pytest.raises(InvalidInput):
        bench.run(items_of({"f": wrong}))
