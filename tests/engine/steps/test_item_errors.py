"""Tests of working item by item."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.base.errors import NetworkFailure, StepFailure
from engine.flow.model import RetryPolicy
from engine.steps.item_errors import each_item
from engine.testing.step_bench import StepBench, items_of

ITEMS = items_of({"n": 1}, {"n": 0}, {"n": 2})


def context(on_error="stop", **more):
    made = StepBench("flow.noop").context(ITEMS)
    return replace(made, step=replace(made.step, on_error=on_error, **more))


def half(item, index):
    if not item["json"]["n"]:
        raise StepFailure("nothing to halve")
    return [{"json": {"half": item["json"]["n"] / 2}}]


def test_an_error_is_the_steps_where_the_flow_stops():
    with pytest.raises(StepFailure, match="nothing to halve"):
        each_item(context(), half)


@pytest.mark.parametrize("on_error", ["continue", "failure"])
def test_the_other_items_go_on_where_the_flow_goes_on(on_error):
    found = each_item(context(on_error), half)
    assert [item["json"] for item in found] == [{"half": 0.5}, {"error": "nothing to halve"}, {"half": 1.0}]
    assert [item["pairedItem"]["item"] for item in found] == [0, 1, 2]
    assert ["error" in item for item in found] == [False, True, False]


def test_while_the_step_is_to_be_tried_again_the_error_is_the_steps():
    def away(item, index):
        raise NetworkFailure("away")

    policy = RetryPolicy(attempts=2)
    with pytest.raises(NetworkFailure):
        each_item(context("continue", retry=policy), away)
    last = replace(context("continue", retry=policy), attempt=2)
    assert [item["json"] for item in each_item(last, away)] == [{"error": "away"}] * 3
