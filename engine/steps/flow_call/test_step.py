"""Tests of flow.call."""

from __future__ import annotations

import pytest

from engine.base.errors import StepFailure
from engine.flow.model import Flow, Step
from engine.ports.step_catalogue import Signal, WaitChild
from engine.testing.step_bench import StepBench, items_of, json_of

ITEMS = items_of({"n": 1}, {"n": 2}, {"n": 3})


def ended(*values, status="completed", **rest):
    return Signal("child", {"status": status, "execution": "exe_c", "items": items_of(*values), **rest})


def test_all_items_go_into_one_call():
    wait = StepBench("flow.call", {"flow": "child", "version": "bafy"}).run(ITEMS).wait
    assert wait == WaitChild("child", ITEMS, "bafy", True)


def test_the_called_flow_does_not_see_where_items_came_from():
    wait = StepBench("flow.call", {"flow": "child"}).run([{"json": {}, "pairedItem": {"item": 4}}]).wait
    assert isinstance(wait, WaitChild)
    assert wait.items == [{"json": {}}]


def test_the_called_flows_output_comes_out():
    result = StepBench("flow.call", {"flow": "child"}).resume(ended({"m": 1}, {"m": 2}), ITEMS)
    assert json_of(result.outputs["main"]) == [{"m": 1}, {"m": 2}]


def test_a_called_flow_without_output_gives_no_items():
    signal = Signal("child", {"status": "completed", "execution": "exe_c", "error": None})
    assert StepBench("flow.call", {"flow": "child"}).resume(signal, ITEMS).outputs == {"main": []}


@pytest.mark.parametrize("status", ["failed", "aborted"])
def test_a_called_flow_that_did_not_complete_fails_the_step_with_its_error(status):
    error = {"type": "execution_error", "code": "step_failed", "message": "no stock"}
    with pytest.raises(StepFailure, match="'child' did not complete: no stock") as caught:
        StepBench("flow.call", {"flow": "child"}).resume(ended(status=status, error=error), ITEMS)
    assert caught.value.details["error"] == error
    assert not caught.value.retryable


def test_an_aborted_flow_without_an_error_is_told_as_such():
    with pytest.raises(StepFailure, match="it was aborted"):
        StepBench("flow.call", {"flow": "child"}).resume(ended(status="aborted", error=None), ITEMS)


def test_without_waiting_only_the_execution_comes_out():
    bench = StepBench("flow.call", {"flow": "child", "wait": False})
    wait = bench.run(ITEMS).wait
    assert isinstance(wait, WaitChild)
    assert not wait.wait
    result = bench.resume(ended(status="started"), ITEMS)
    assert json_of(result.outputs["main"]) == [{"execution": "exe_c", "flow": "child"}]


@pytest.mark.parametrize("mode", ["all", "each"])
def test_without_waiting_the_items_may_be_given_on(mode):
    bench = StepBench("flow.call", {"flow": "child", "wait": False, "passOn": True, "mode": mode})
    result = bench.run(ITEMS)
    while isinstance(result.wait, WaitChild):
        result = bench.resume(ended(status="started"), ITEMS)
    assert json_of(result.outputs["main"]) == [{"n": 1}, {"n": 2}, {"n": 3}]


def test_each_item_is_its_own_call_one_after_the_other():
    bench = StepBench("flow.call", lambda item, index: {"flow": f"child{index}", "mode": "each"})
    result = bench.run(ITEMS)
    calls = []
    while isinstance(result.wait, WaitChild):
        calls.append((result.wait.flow, json_of(result.wait.items)))
        n = result.wait.items[0]["json"]["n"]
        result = bench.resume(ended({"n": n}, {"n": -n}), ITEMS)
    assert calls == [("child0", [{"n": 1}]), ("child1", [{"n": 2}]), ("child2", [{"n": 3}])]
    assert json_of(result.outputs["main"]) == [{"n": n} for n in (1, -1, 2, -2, 3, -3)]
    assert [item["pairedItem"]["item"] for item in result.outputs["main"]] == [0, 0, 1, 1, 2, 2]
    assert bench.memory == {}


def failing(flow_format, mode="each"):
    """What comes out of calls of which that for the second item fails."""
    step = Step("step", "flow.call", {"flow": "child", "mode": mode}, on_error="continue")
    flow = Flow("f", "F", (step,), format=flow_format)
    bench = StepBench("flow.call", {"flow": "child", "mode": mode}, flow=flow)
    bench.step = step
    result = bench.run(ITEMS)
    while isinstance(result.wait, WaitChild):
        good = {"json": {"n": 2}} not in result.wait.items
        child = ended({"ok": 1}) if good else ended(status="failed", error={"message": "no stock"})
        result = bench.resume(child, ITEMS)
    return result.outputs["main"]


def test_where_the_flow_goes_on_after_errors_one_failed_call_leaves_the_others_be():
    items = failing("qflow")
    assert [item["json"] for item in items[::2]] == [{"ok": 1}, {"ok": 1}]
    assert items[1]["json"] == {"error": "flow 'child' did not complete: no stock"}
    assert items[1]["error"]["code"] == "step_failed"
    assert items[1]["pairedItem"] == {"item": 1}


def test_flows_of_n8n_are_told_the_error_in_its_own_words():
    assert failing("n8n")[1]["json"] == {"error": "no stock"}
    assert [item["json"] for item in failing("n8n", "all")] == [{"error": "no stock"}]
    with pytest.raises(StepFailure, match="no stock"):
        failing("qflow", "all")


def test_no_items_make_no_calls():
    assert StepBench("flow.call", {"flow": "child", "mode": "each"}).run([]).outputs == {"main": []}


def test_flows_that_call_each_other_without_end_are_stopped():
    with pytest.raises(StepFailure, match="deep"):
        StepBench("flow.call", {"flow": "child"}, depth=32).run(ITEMS)
