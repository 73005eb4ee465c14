"""Tests of trigger.event."""

from __future__ import annotations

import pytest

from engine.base.errors import InvalidInput
from engine.testing.step_bench import StepBench, items_of


def registration(parameters):
    bench = StepBench("trigger.event", parameters)
    return bench.kind.registration(bench.step)


def test_it_registers_for_its_event_type():
    found = registration({"eventType": "order.paid"})
    assert (found.kind, found.step, found.key, found.spec) == ("event", "step", "order.paid", {})


def test_subject_and_data_narrow_it_down():
    found = registration({"eventType": "order.*", "subject": "o1", "match": {"currency": "EUR"}})
    assert found.key == "order.*"
    assert found.spec == {"subject": "o1", "match": {"currency": "EUR"}}


@pytest.mark.parametrize("name", ["", "*", "order.", ".order", "or*der", "order.*.paid", "a b"])
def test_a_malformed_event_type_is_refused(name):
    with pytest.raises(InvalidInput):
        registration({"eventType": name})


def test_it_passes_the_event_on():
    given = items_of({"type": "order.paid", "data": {}})
    assert StepBench("trigger.event", {"eventType": "order.paid"}).run(given).outputs == {"main": given}
