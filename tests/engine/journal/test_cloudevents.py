"""Facts as events: what guests used is told beside the step's own event."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

from engine.journal.cloudevents import GUEST_EVENT, guest_event, to_cloudevent
from engine.journal.facts import PortData, StepCompleted, StepFailed
from engine.journal.state import Status

HEADER = SimpleNamespace(id="exec_1", subnet="personal", flow="f", status=Status.RUNNING)
DONE = StepCompleted(
    at_us=2_000_000,
    task=3,
    step="code",
    run=0,
    attempt=1,
    outputs={"out": PortData("bafyout", 1, items=[{"json": {"private": 1}}])},
    input_cid="bafyin",
    output_cid="bafyout",
    code="bafycode",
    started_us=1_000_000,
    node="node",
    fuel=7,
    logs=["printed"],
    usage={"memory_bytes": 65_536, "wall_us": 900, "host_calls": 2},
)


def test_a_step_that_ran_a_guest_tells_what_it_used():
    event = guest_event(HEADER, 5, DONE)
    assert event is not None
    assert (event["type"], event["subject"]) == ("q.qflow.wasm.execution.completed.v1", "exec_1")
    assert event["data"] == {
        "executionId": "exec_1",
        "flowId": "f",
        "subnet": "personal",
        "sequence": 5,
        "step": "code",
        "run": 0,
        "attempt": 1,
        "node": "node",
        "code": "bafycode",
        "outcome": "completed",
        "outputCid": "bafyout",
        "fuel": 7,
        "memoryBytes": 65_536,
        "wallUs": 900,
        "hostCalls": 2,
    }


def test_it_tells_neither_items_nor_what_was_printed():
    assert "private" not in str(guest_event(HEADER, 5, DONE))
    assert "printed" not in str(guest_event(HEADER, 5, DONE))


def test_it_is_another_event_than_the_one_of_its_step():
    own, guest = to_cloudevent(HEADER, 5, DONE), guest_event(HEADER, 5, DONE)
    assert guest is not None
    assert own["id"] != guest["id"]
    assert own["type"] != GUEST_EVENT
    assert {**own, "id": "", "type": "", "data": ""} == {**guest, "id": "", "type": "", "data": ""}


def test_steps_without_guests_and_other_facts_tell_nothing():
    assert guest_event(HEADER, 5, replace(DONE, usage={}, fuel=0)) is None
    failed = StepFailed(at_us=1, task=3, step="code", run=0, attempt=1, error={}, action="stop", started_us=0)
    assert guest_event(HEADER, 6, failed) is None


def test_a_step_whose_guest_failed_tells_so_with_what_it_used_and_not_what_it_said():
    error = {"type": "execution_error", "code": "sandbox_violation", "message": "private"}
    used = {"memory_bytes": 65_536, "wall_us": 900, "host_calls": 2}
    fields = {"task": 1, "step": "code", "run": 0, "attempt": 2, "started_us": 1_000_000, "node": "node"}
    fields |= {"action": "retry", "logs": ["printed"], "code": "bafycode", "fuel": 7, "usage": used}
    failed = StepFailed(at_us=2_000_000, error=error, **fields)
    event = guest_event(HEADER, 6, failed)
    assert event is not None
    assert event["type"] == "q.qflow.wasm.execution.completed.v1"
    told = {name: event["data"][name] for name in ("outcome", "error", "action", "code", "fuel", "wallUs")}
    assert told == {
        "outcome": "failed",
        "error": {"type": "execution_error", "code": "sandbox_violation"},
        "action": "retry",
        "code": "bafycode",
        "fuel": 7,
        "wallUs": 900,
    }
    assert "private" not in str(event)
    assert "printed" not in str(event)
    assert guest_event(HEADER, 6, replace(failed, usage={})) is None
