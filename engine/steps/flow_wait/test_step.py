"""Tests of flow.wait."""

from __future__ import annotations

import pytest

from engine.base.errors import InvalidInput, TimedOut
from engine.ports.step_catalogue import Signal, WaitSignal, WaitTime
from engine.testing.step_bench import NOW_US, StepBench, items_of

ITEMS = items_of({"a": 1}, {"a": 2})


def wait_of(parameters, **options):
    return StepBench("flow.wait", parameters, **options).run(ITEMS).wait


def test_it_parks_for_a_duration():
    assert wait_of({"durationMs": 1500}) == WaitTime(NOW_US + 1_500_000)


def test_it_parks_until_a_time():
    assert wait_of({"until": "2023-11-14T23:13:20+01:00"}) is None  # this very moment
    assert wait_of({"until": "2023-11-14T22:13:21Z"}) == WaitTime(NOW_US + 1_000_000)


def test_a_time_without_an_offset_is_in_the_flows_zone():
    wait = wait_of({"until": "2023-11-15T00:13:20"}, timezone="Europe/Berlin")
    assert wait == WaitTime(NOW_US + 3_600_000_000)


@pytest.mark.parametrize("parameters", [{"durationMs": 0}, {"until": "2001-01-01T00:00:00Z"}])
def test_a_time_that_is_not_ahead_passes_the_items_on_at_once(parameters):
    result = StepBench("flow.wait", parameters).run(ITEMS)
    assert (result.wait, result.outputs) == (None, {"main": ITEMS})


def test_after_its_time_the_items_go_on():
    result = StepBench("flow.wait", {"durationMs": 5}).resume(Signal("time"), ITEMS)
    assert result.outputs == {"main": ITEMS}


def test_it_parks_for_a_call_with_its_url():
    wait = wait_of({"webhook": True, "timeoutMs": 10})
    assert isinstance(wait, WaitSignal)
    assert (wait.kind, wait.until_us) == ("webhook", NOW_US + 10_000)
    assert wait.prompt["url"].startswith("http")


def test_the_call_becomes_the_item_with_its_files():
    signal = Signal("webhook", {"body": {"ok": True}, "binary": {"data": {"id": "b"}}})
    result = StepBench("flow.wait", {"webhook": True}).resume(signal, ITEMS)
    assert result.outputs == {"main": [{"json": {"body": {"ok": True}}, "binary": {"data": {"id": "b"}}}]}


def test_it_parks_for_an_event():
    wait = wait_of({"event": {"type": "order.paid", "subject": "o1", "match": {"id": 7}}})
    assert wait == WaitSignal("event", None, {"type": "order.paid", "subject": "o1", "data": {"id": 7}})


def test_the_event_becomes_the_item():
    signal = Signal("event", {"type": "order.paid", "data": {"id": 7}})
    result = StepBench("flow.wait", {"event": {"type": "order.paid"}}).resume(signal, ITEMS)
    assert result.outputs == {"main": items_of({"type": "order.paid", "data": {"id": 7}})}


def test_giving_up_passes_the_items_on():
    result = StepBench("flow.wait", {"webhook": True, "timeoutMs": 5}).resume(Signal("timeout"), ITEMS)
    assert result.outputs == {"main": ITEMS}


def test_giving_up_may_fail_the_step():
    bench = StepBench("flow.wait", {"webhook": True, "timeoutMs": 5, "onTimeout": "fail"})
    with pytest.raises(TimedOut):
        bench.resume(Signal("timeout"), ITEMS)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"durationMs": 1, "webhook": True},
        {"durationMs": -1},
        {"durationMs": 1, "timeoutMs": 5},
        {"until": "tomorrow"},
        {"event": {}},
    ],
)
def test_wrong_parameters_are_refused(wrong):
    with pytest.raises(InvalidInput):
        StepBench("flow.wait", wrong).run(ITEMS)
