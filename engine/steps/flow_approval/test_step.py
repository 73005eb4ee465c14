"""Tests of flow.approval."""

from __future__ import annotations

import pytest

from engine.ports.step_catalogue import Signal, WaitSignal
from engine.testing.step_bench import NOW_US, StepBench, items_of, json_of

ITEMS = items_of({"a": 1}, {"a": 2})


def answered(payload, kind="approval"):
    result = StepBench("flow.approval").resume(Signal(kind, payload, "alice"), ITEMS)
    ((port, items),) = result.outputs.items()
    return port, json_of(items)


def test_it_parks_with_what_the_person_is_shown():
    parameters = {"title": "Refund?", "description": "why", "approvers": ["alice"], "timeoutMs": 1000}
    wait = StepBench("flow.approval", parameters).run(ITEMS).wait
    assert isinstance(wait, WaitSignal)
    assert (wait.kind, wait.until_us) == ("approval", NOW_US + 1_000_000)
    assert wait.prompt == {"title": "Refund?", "description": "why", "approvers": ["alice"]}


def test_approved_items_carry_the_decision():
    port, json = answered({"approved": True, "comment": "fine", "amount": 5})
    decision = {"approved": True, "comment": "fine", "amount": 5, "actor": "alice"}
    assert (port, json) == ("approved", [{"a": 1, "approval": decision}, {"a": 2, "approval": decision}])


@pytest.mark.parametrize("payload", [{"approved": False}, {}, {"approved": "true"}, {"approved": 1}])
def test_only_a_plain_true_approves(payload):
    port, json = answered(payload)
    assert port == "rejected"
    assert json[0]["approval"]["approved"] is False


def test_nobody_can_answer_in_anothers_name():
    assert answered({"approved": True, "actor": "bob"})[1][0]["approval"]["actor"] == "alice"


def test_without_an_answer_in_time_the_items_leave_by_timed_out():
    port, json = answered({}, kind="timeout")
    assert port == "timedOut"
    assert json[0]["approval"] == {"approved": False, "timedOut": True}
