"""REST: executions, from their start to their deletion."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.engine.web.conftest import GREETING, published

RUNS = "/api/v1/executions"

APPROVAL: dict[str, Any] = {
    "id": "ask",
    "steps": [
        {"id": "start", "type": "trigger.manual"},
        {"id": "before", "type": "data.set", "params": {"fields": {"n": 1}}},
        {"id": "approve", "type": "flow.approval", "params": {"title": "Shall we?"}},
        {"id": "after", "type": "data.set", "params": {"fields": {"done": True}}},
    ],
}

CALLED: dict[str, Any] = {
    "id": "called",
    "steps": [
        {"id": "start", "type": "trigger.manual"},
        {"id": "wait", "type": "flow.wait", "params": {"webhook": True}},
    ],
}

FAILS: dict[str, Any] = {
    "id": "fails",
    "steps": [
        {"id": "start", "type": "trigger.manual"},
        {"id": "stop", "type": "flow.stop", "params": {"message": "out of stock"}},
    ],
}


async def started(client: Any, flow: dict[str, Any], **body: Any) -> str:
    """Create a flow, start it, and give the execution that has ended or waits."""
    await client.post("/api/v1/flows", json=flow)
    answer = await client.post(f"/api/v1/flows/{flow['id']}/start", json={"wait": True, **body})
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json()["executionId"])


async def until(client: Any, execution: str, status: str) -> Any:
    """The state once it has this status."""
    async with asyncio.timeout(30):
        while True:
            state = (await client.get(f"{RUNS}/{execution}")).json()
            if state["status"] == status:
                return state
            await asyncio.sleep(0.005)


async def test_a_start_is_accepted_at_once(alice):
    await alice.post("/api/v1/flows", json=GREETING)
    answer = await alice.post("/api/v1/flows/greeting/start", json={"input": {"a": 1}})
    assert answer.status_code == 201
    state = await until(alice, answer.json()["executionId"], "completed")
    assert state["flowId"] == "greeting"
    assert state["completedSteps"] == ["start", "greet"]
    assert state["failedSteps"] == []
    assert state["context"]["inputData"] == {"a": 1}
    assert state["context"]["triggerType"] == "manual"
    assert state["nodeAssignments"] == {"start": "node", "greet": "node"}
    assert state["startTime"].endswith("Z")
    assert state["endTime"] >= state["startTime"]


async def test_a_start_may_wait_for_the_end(alice):
    await alice.post("/api/v1/flows", json=GREETING)
    answer = await alice.post(
        "/api/v1/flows/greeting/start", json={"items": [{"json": {"a": 1}}], "wait": True}
    )
    assert answer.json()["status"] == "completed"
    assert answer.json()["items"][0]["json"] == {"a": 1, "hello": "world"}


async def test_a_start_with_an_id_happens_once(alice):
    await alice.post("/api/v1/flows", json=GREETING)
    body = {"id": "exe_mine0001"}
    first = (await alice.post("/api/v1/flows/greeting/start", json=body)).json()
    second = (await alice.post("/api/v1/flows/greeting/start", json=body)).json()
    assert (first["existing"], second["existing"]) == (False, True)
    assert first["executionId"] == second["executionId"]


async def test_the_same_id_in_another_subnet_is_another_execution(alice, charlie):
    ids = []
    for client in (alice, charlie):
        await client.post("/api/v1/flows", json=GREETING)
        body = {"id": "exe_mine0001"}
        ids.append((await client.post("/api/v1/flows/greeting/start", json=body)).json()["executionId"])
    assert ids[0] != ids[1]


async def test_a_failure_tells_what_failed(alice):
    execution = await started(alice, FAILS)
    state = (await alice.get(f"{RUNS}/{execution}")).json()
    assert state["status"] == "failed"
    assert state["failedSteps"] == ["stop"]
    assert state["error"]["stepId"] == "stop"
    assert "out of stock" in state["error"]["message"]
    assert state["error"]["type"] == "execution_error"
    levels = [line["level"] for line in (await alice.get(f"{RUNS}/{execution}/logs")).json()["lines"]]
    assert "error" in levels


@pytest.mark.parametrize(
    "body",
    [
        {"items": [{"no": "json"}]},
        {"step": "missing"},
        {"version": "bafy"},
        {"mode": "other"},
        {"unknown": 1},
        {"priority": 10},
        {"id": "x"},
        {"timeoutMs": 0},
        {"input": [1]},
        {"step": "a\x00b"},
    ],
)
async def test_a_start_that_makes_no_sense_is_refused(alice, body):
    await alice.post("/api/v1/flows", json=GREETING)
    answer = await alice.post("/api/v1/flows/greeting/start", json=body)
    assert answer.status_code in (400, 404), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_production_needs_a_published_version(alice):
    await alice.post("/api/v1/flows", json=GREETING)
    answer = await alice.post("/api/v1/flows/greeting/start", json={"mode": "production"})
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


async def test_a_trigger_starts_the_published_flow_once_for_each_event(alice):
    assert (await alice.post("/api/v1/flows", json=GREETING)).status_code == 201
    assert (await alice.post("/api/v1/flows/greeting/trigger", json={"data": 1})).status_code == 409
    await alice.post("/api/v1/flows/greeting/publish")
    event = {"type": "order.paid", "data": {"n": 1}, "id": "evt-1"}
    first = (await alice.post("/api/v1/flows/greeting/trigger", json=event)).json()
    second = (await alice.post("/api/v1/flows/greeting/trigger", json=event)).json()
    assert second == first | {"existing": True, "status": "running"}
    state = await until(alice, first["executionId"], "completed")
    assert state["context"]["triggerType"] == "event"
    assert state["context"]["inputData"]["data"] == {"n": 1}


async def test_an_execution_is_paused_resumed_and_aborted(alice):
    execution = await started(alice, APPROVAL)
    paused = await alice.post(f"{RUNS}/{execution}/pause", json={"reason": "lunch"})
    assert paused.json()["status"] == "paused"
    resumed = await alice.post(f"{RUNS}/{execution}/resume")
    assert resumed.json()["status"] in ("waiting", "running")
    aborted = await alice.post(f"{RUNS}/{execution}/abort")
    assert aborted.json()["status"] == "aborted"
    again = await alice.post(f"{RUNS}/{execution}/pause")
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")


async def test_an_approval_is_answered_once(alice):
    execution = await started(alice, APPROVAL)
    state = (await alice.get(f"{RUNS}/{execution}")).json()
    assert state["status"] == "waiting"
    assert (state["waiting"][0]["step"], state["waiting"][0]["kind"]) == ("approve", "approval")
    assert state["waiting"][0]["prompt"]["title"] == "Shall we?"
    body = {"task": "approve", "payload": {"approved": True}}
    assert (await alice.post(f"{RUNS}/{execution}/answer", json=body)).status_code == 202
    await until(alice, execution, "completed")
    assert (await alice.post(f"{RUNS}/{execution}/answer", json=body)).status_code == 409


async def test_a_step_that_waits_for_a_call_is_resumed_by_its_url(alice, anyone):
    execution = await started(alice, CALLED)
    url = (await alice.get(f"{RUNS}/{execution}")).json()["waiting"][0]["resumeUrl"]
    path = url.removeprefix("http://node")
    wrong = path[:-1] + ("0" if path[-1] != "0" else "1")
    assert (await anyone.post(wrong)).status_code == 404
    answer = await anyone.post(path, json={"paid": True})
    assert answer.status_code == 200
    assert answer.headers["x-qflow-execution"] == execution
    await until(alice, execution, "completed")
    items = (await alice.get(f"{RUNS}/{execution}/result")).json()["items"]
    assert "paid" in str(items)
    assert (await anyone.post(path)).status_code == 409


async def test_checkpoints_are_created_listed_and_restored(alice):
    execution = await started(alice, APPROVAL)
    made = await alice.post(f"{RUNS}/{execution}/checkpoints", json={"label": "before lunch"})
    assert made.status_code == 202
    async with asyncio.timeout(30):
        while not (found := (await alice.get(f"{RUNS}/{execution}/checkpoints")).json()):
            await asyncio.sleep(0.005)
    assert (found[0]["id"], found[0]["label"]) == (made.json()["checkpointId"], "before lunch")
    restored = await alice.post(f"{RUNS}/{execution}/checkpoints/{found[0]['id']}/restore")
    assert restored.status_code == 202, restored.text
    unknown = await alice.post(f"{RUNS}/{execution}/checkpoints/chk_none/restore")
    assert unknown.status_code == 404


async def test_an_execution_is_forked_with_edited_data(alice):
    execution = await started(alice, GREETING, input={"a": 1})
    body = {"step": "greet", "edits": {"start": [{"json": {"a": 2}}]}}
    answer = await alice.post(f"{RUNS}/{execution}/fork", json=body)
    assert answer.status_code == 201, answer.text
    forked = answer.json()["executionId"]
    state = await until(alice, forked, "completed")
    assert state["forkedFrom"]["execution"] == execution
    items = (await alice.get(f"{RUNS}/{forked}/result")).json()["items"]
    assert items[0]["json"] == {"a": 2, "hello": "world"}


async def test_an_execution_is_replayed(alice):
    execution = await started(alice, GREETING, input={"a": 1})
    answer = await alice.post(f"{RUNS}/{execution}/replay")
    state = await until(alice, answer.json()["executionId"], "completed")
    assert state["replayOf"] == execution
    assert state["context"]["inputData"] == {"a": 1}


async def test_logs_are_read_in_pages(alice):
    execution = await started(alice, GREETING)
    first = (await alice.get(f"{RUNS}/{execution}/logs", params={"limit": 2})).json()
    second = (await alice.get(f"{RUNS}/{execution}/logs", params={"after": first["next"]})).json()
    sequences = [line["sequence"] for line in first["lines"] + second["lines"]]
    assert sequences == sorted(sequences)
    assert second["lines"][-1]["event"] == "execution.completed"


async def test_measures_export_and_outputs_of_an_execution(alice):
    execution = await started(alice, GREETING)
    measures = (await alice.get(f"{RUNS}/{execution}/metrics")).json()
    assert measures["steps"]["greet"]["runs"] == 1
    bundle = await alice.get(f"{RUNS}/{execution}/export")
    assert bundle.json()["execution"] == execution
    assert "attachment" in bundle.headers["content-disposition"]
    runs = (await alice.get(f"{RUNS}/{execution}/steps/greet")).json()
    assert runs["outputs"]["main"][0]["json"] == {"hello": "world"}
    assert (await alice.get(f"{RUNS}/{execution}/steps/never")).json()["runs"] == []


async def test_over_rest_an_execution_is_attested_and_what_it_does_not_prove_is_named(alice, charlie):
    execution = await started(alice, GREETING)
    refused = (await alice.get(f"{RUNS}/{execution}/verify")).json()  # this node's keys stand in no log
    assert (refused["ok"], "node-identity is missing" in refused["what"]) == (False, True)
    assert refused["where"].startswith("the signature after entry")
    lines = (await alice.get(f"{RUNS}/{execution}/export?format=in-toto&step=greet")).text.splitlines()
    assert [json.loads(line)["payloadType"] for line in lines] == ["application/vnd.in-toto+json"]
    assert (await alice.get(f"{RUNS}/{execution}/export?format=pdf")).status_code == 400
    for path in ("verify", "export?format=in-toto"):
        assert (await charlie.get(f"{RUNS}/{execution}/{path}")).status_code == 404


async def test_executions_are_listed_newest_first_and_by_status(alice):
    completed = await started(alice, GREETING)
    failed = await started(alice, FAILS)
    listed = (await alice.get(RUNS)).json()["executions"]
    assert [one["executionId"] for one in listed] == [failed, completed]
    for query, expected in (
        ({"status": "failed"}, [failed]),
        ({"flowId": "greeting"}, [completed]),
        ({"status": "running"}, []),
    ):
        found = (await alice.get(RUNS, params=query)).json()["executions"]
        assert [one["executionId"] for one in found] == expected
    page = (await alice.get(RUNS, params={"limit": 1})).json()
    rest = (await alice.get(RUNS, params={"before": page["next"]})).json()
    assert [one["executionId"] for one in rest["executions"]] == [completed]
    assert (await alice.get(RUNS, params={"status": "odd"})).status_code == 400


async def test_an_ended_execution_can_be_deleted(alice):
    waiting = await started(alice, APPROVAL)
    assert (await alice.delete(f"{RUNS}/{waiting}")).status_code == 409
    ended = await started(alice, GREETING)
    assert (await alice.delete(f"{RUNS}/{ended}")).status_code == 204
    assert (await alice.get(f"{RUNS}/{ended}")).status_code == 404


async def test_an_event_starts_flows_and_resumes_steps(alice):
    listening = {
        "id": "listens",
        "steps": [
            {"id": "on", "type": "trigger.event", "params": {"eventType": "order.paid"}},
            {"id": "end", "type": "flow.noop"},
        ],
    }
    await published(alice, listening)
    waits = {
        "id": "waits",
        "steps": [
            {"id": "start", "type": "trigger.manual"},
            {"id": "wait", "type": "flow.wait", "params": {"event": {"type": "order.paid"}}},
        ],
    }
    waiting = await started(alice, waits)
    event = {"specversion": "1.0", "type": "order.paid", "source": "/shop", "id": "1", "data": {"n": 1}}
    answer = await alice.post("/api/v1/events", json=event)
    assert answer.status_code == 202
    assert len(answer.json()["started"]) == 1
    assert answer.json()["resumed"] == [waiting]
    await until(alice, waiting, "completed")
    await until(alice, answer.json()["started"][0], "completed")


async def test_who_may_only_look_cannot_change_executions(alice, bob):
    execution = await started(alice, APPROVAL)
    for verb in ("pause", "resume", "abort", "checkpoints", "replay"):
        answer = await bob.post(f"{RUNS}/{execution}/{verb}")
        assert answer.status_code == 403, verb
    assert (await bob.delete(f"{RUNS}/{execution}")).status_code == 403
    assert (await bob.get(f"{RUNS}/{execution}")).status_code == 200
