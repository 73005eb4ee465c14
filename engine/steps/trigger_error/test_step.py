"""Tests of trigger.error."""

from __future__ import annotations

from engine.testing.step_bench import StepBench, items_of


def test_it_passes_on_the_description_of_the_failure():
    given = items_of({"flow": "f", "error": {"message": "no"}})
    assert StepBench("trigger.error").run(given).outputs == {"main": given}


def test_it_registers_nothing():
    bench = StepBench("trigger.error")
    assert bench.kind.registration(bench.step) is None
