"""Tests of data.sample."""

from __future__ import annotations

import pytest

from engine.base.errors import InvalidInput
from engine.testing.step_bench import StepBench, items_of, json_of


@pytest.mark.parametrize(
    ("written", "items"),
    [
        ([{"a": 1}, {"a": 2}], [{"a": 1}, {"a": 2}]),
        ({"a": 1}, [{"a": 1}]),
        ('[{"a": 1}]', [{"a": 1}]),
        ('{"a": 1}', [{"a": 1}]),
        ([1, "x"], [{"value": 1}, {"value": "x"}]),
        ([], []),
    ],
)
def test_each_object_becomes_an_item(written, items):
    result = StepBench("data.sample", {"items": written}).run(items_of({"ignored": True}))
    assert json_of(result.outputs["main"]) == items


def test_text_that_is_no_json_is_refused_with_its_place():
    with pytest.raises(InvalidInput, match="line 2"):
        StepBench("data.sample", {"items": '[\n{"a": }]'}).run(items_of({}))


def test_items_are_needed():
    with pytest.raises(InvalidInput):
        StepBench("data.sample").run(items_of({}))
