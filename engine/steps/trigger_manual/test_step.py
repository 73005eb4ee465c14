"""Tests of trigger.manual."""

from __future__ import annotations

from engine.testing.step_bench import StepBench, items_of


def test_it_passes_on_what_the_flow_was_started_with():
    given = items_of({"a": 1}, {"a": 2})
    assert StepBench("trigger.manual").run(given).outputs == {"main": given}


def test_it_registers_nothing():
    bench = StepBench("trigger.manual")
    assert bench.kind.registration(bench.step) is None
