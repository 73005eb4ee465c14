"""Tests of flow.unsupported."""

from __future__ import annotations

import pytest

from engine.base.errors import StepFailure
from engine.steps.flow_unsupported.step import UnsupportedStep
from engine.testing.step_bench import StepBench, items_of

GIVEN = {"nodeType": "n8n-nodes-base.slack", "missing": "there is no step for it", "original": {"a": 1}}


def test_it_refuses_to_run_and_says_why():
    with pytest.raises(StepFailure, match="there is no step for it") as caught:
        StepBench("flow.unsupported", GIVEN).run(items_of({"x": 1}))
    assert not caught.value.retryable


def test_it_has_as_many_ports_as_the_original():
    kind = UnsupportedStep()
    assert kind.ports_out({"outputs": 3}) == ("main", "main 2", "main 3")
    assert kind.ports_in({"inputs": 2}) == ("main", "main 2")


@pytest.mark.parametrize("wrong", [None, "2", True, -1, 10**9])
def test_ports_of_wrong_parameters_are_bounded(wrong):
    assert 0 <= len(UnsupportedStep().ports_out({"outputs": wrong})) <= 100
