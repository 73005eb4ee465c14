"""Tests of logic.parallel."""

from __future__ import annotations

from engine.testing.step_bench import StepBench, items_of


def test_it_passes_its_items_on():
    given = items_of({"a": 1}, {"a": 2})
    assert StepBench("logic.parallel", {"branches": ["x", "y"]}).run(given).outputs == {"main": given}
