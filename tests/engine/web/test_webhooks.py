"""The webhook door: starting flows by a call, and the ways to answer."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest

from engine.base.limits import Limits
from engine.usecases.world import World
from engine.web.deps import use_world
from tests.engine.web.conftest import published, webhook_flow

RUNS = "/api/v1/executions"


def flow(*steps: dict[str, Any], id: str = "hook", **params: Any) -> dict[str, Any]:
    made = webhook_flow(id, **params)
    made["steps"][1:] = steps
    return made


RESPOND: dict[str, Any] = {
    "id": "answer",
    "type": "webhook.respond",
    "params": {"respondWith": "json", "body": {"ok": True}, "status": 201, "headers": {"X-Shop": "a"}},
}
STOP: dict[str, Any] = {"id": "stop", "type": "flow.stop", "params": {"message": "secret inner text"}}


async def test_a_call_is_accepted_at_once_with_the_executions_id(alice, anyone):
    await published(alice, webhook_flow())
    answer = await anyone.post("/webhook/hook", json={"a": 1})
    assert answer.status_code == 200
    execution = answer.json()["executionId"]
    assert answer.headers["x-qflow-execution"] == execution
    state = (await alice.get(f"{RUNS}/{execution}")).json()
    assert state["context"]["triggerType"] == "webhook"
    assert state["context"]["inputData"]["body"] == {"a": 1}


async def test_the_status_of_an_immediate_answer_is_the_flows_choice(alice, anyone):
    await published(alice, webhook_flow(responseStatus=202, responseHeaders={"X-A": "b"}))
    answer = await anyone.post("/webhook/hook")
    assert (answer.status_code, answer.headers["x-a"]) == (202, "b")


async def test_the_last_step_answers(alice, anyone):
    await published(alice, webhook_flow(responseMode="lastStep"))
    answer = await anyone.post("/webhook/hook?q=1&q=2", json={"a": None})
    assert answer.json()["body"] == {"a": None}
    assert answer.json()["query"] == {"q": ["1", "2"]}


async def test_all_items_of_the_last_step(alice, anyone):
    await published(alice, webhook_flow(responseMode="lastStep", responseData="allItems"))
    assert len((await anyone.post("/webhook/hook")).json()) == 1


async def test_a_step_answers(alice, anyone):
    await published(alice, flow(RESPOND, responseMode="respondStep"))
    answer = await anyone.post("/webhook/hook")
    assert (answer.status_code, answer.json(), answer.headers["x-shop"]) == (201, {"ok": True}, "a")
    assert answer.headers["x-qflow-execution"]


async def test_a_step_answers_before_a_later_one_fails(alice, anyone):
    await published(alice, flow(RESPOND, STOP, responseMode="respondStep"))
    assert (await anyone.post("/webhook/hook")).status_code == 201


async def test_a_flow_that_never_answers_still_ends_the_call(alice, anyone):
    await published(alice, webhook_flow(responseMode="respondStep"))
    answer = await anyone.post("/webhook/hook")
    assert answer.json()["status"] == "completed"


@pytest.mark.parametrize("mode", ["lastStep", "respondStep"])
async def test_a_failure_is_a_500_without_inner_text(alice, anyone, mode):
    await published(alice, flow(STOP, responseMode=mode))
    answer = await anyone.post("/webhook/hook")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["executionId"] == answer.headers["x-qflow-execution"]
    assert answer.json()["errorType"] == "execution_error"
    assert "secret" not in answer.text


async def test_a_flow_that_waits_answers_202(alice, anyone):
    wait = {"id": "wait", "type": "flow.wait", "params": {"webhook": True}}
    await published(alice, flow(wait, responseMode="lastStep"))
    answer = await anyone.post("/webhook/hook")
    assert (answer.status_code, answer.json()["status"]) == (202, "waiting")


async def test_a_late_answer_is_a_504_and_the_execution_goes_on(alice, world, app):
    wait = {"id": "wait", "type": "flow.wait", "params": {"webhook": True}}
    await published(alice, flow(wait, responseMode="respondStep"))
    with use_world(replace(world, limits=replace(world.limits, webhook_wait_ms=30))):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://node") as client:
            answer = await client.post("/webhook/hook")
    assert answer.status_code == 504
    assert "goes on" in answer.json()["detail"]
    state = (await alice.get(f"{RUNS}/{answer.json()['executionId']}")).json()
    assert state["status"] == "waiting"


async def test_path_parameters_and_methods(alice, anyone):
    await published(alice, webhook_flow(path="orders/:id", methods=["GET", "PUT"], responseMode="lastStep"))
    answer = await anyone.put("/webhook/orders/a%2Fb/")
    assert answer.json()["params"] == {"id": "a/b"}
    assert answer.json()["method"] == "PUT"
    refused = await anyone.post("/webhook/orders/7")
    assert refused.status_code == 405
    assert refused.headers["allow"] == "GET, HEAD, OPTIONS, PUT"


async def test_head_runs_the_flow_and_sends_no_body(alice, anyone):
    await published(alice, webhook_flow(methods=["GET"], responseMode="lastStep"))
    answer = await anyone.head("/webhook/hook")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 0


async def test_options_tells_the_methods_to_browsers(alice, anyone):
    await published(alice, webhook_flow(methods=["POST"]))
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Headers": "content-type"}
    answer = await anyone.options("/webhook/hook", headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-methods"] == "OPTIONS, POST"
    assert answer.headers["access-control-allow-headers"] == "content-type"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert (await anyone.options("/webhook/none")).status_code == 404


async def test_an_unknown_path_is_told_with_a_hint(anyone):
    answer = await anyone.post("/webhook/nothing/here")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "No flow serves POST /webhook/nothing/here. Is the flow published?"


async def test_a_newly_published_version_answers_at_once(alice, anyone):
    await published(alice, webhook_flow(responseMode="lastStep"))
    assert (await anyone.post("/webhook/hook")).status_code == 200
    shown = (await alice.get("/api/v1/flows/hook")).json()
    shown["steps"][1] = {"id": "echo", "type": "data.set", "params": {"fields": {"v": 2}, "keep": "none"}}
    await alice.put("/api/v1/flows/hook", json=shown)
    assert (await anyone.post("/webhook/hook")).json().get("v") is None
    await alice.post("/api/v1/flows/hook/publish")
    assert (await anyone.post("/webhook/hook")).json() == {"v": 2}


async def test_a_route_published_by_another_process_is_found(alice, anyone, world):
    """The store's revision grows without this process being told."""
    assert (await anyone.post("/webhook/hook")).status_code == 404
    from engine.testing.world import ALICE
    from engine.usecases.create_flow import create_flow
    from engine.usecases.publish_flow import publish_flow

    create_flow(world, ALICE, webhook_flow())
    publish_flow(world, ALICE, "hook")
    assert (await anyone.post("/webhook/hook")).status_code == 200


async def test_a_test_call_runs_the_newest_draft(alice, anyone):
    created = await alice.post("/api/v1/flows", json=webhook_flow(responseMode="lastStep"))
    assert (await anyone.post("/webhook/hook")).status_code == 404
    answer = await anyone.post("/webhook-test/hook", json={"a": 1})
    assert answer.json()["body"] == {"a": 1}
    state = (await alice.get(f"{RUNS}/{answer.headers['x-qflow-execution']}")).json()
    assert (state["mode"], state["flowVersion"]) == ("test", created.json()["revision"])
    missing = await anyone.post("/webhook-test/none")
    assert "Is the draft with this webhook saved?" in missing.json()["detail"]


async def test_a_published_flow_can_be_called_by_its_id(alice, anyone):
    await published(alice, webhook_flow(path="some/secret/path", responseMode="lastStep"))
    answer = await anyone.post("/api/v1/webhooks/hook", json={"a": 1})
    assert answer.json()["body"] == {"a": 1}
    assert (await anyone.post("/api/v1/webhooks/none")).status_code == 404
    assert (await anyone.delete("/api/v1/webhooks/hook")).status_code == 405


async def test_an_id_that_two_subnets_have_is_no_address(alice, charlie, anyone):
    await published(alice, webhook_flow(path="a"))
    await published(charlie, webhook_flow(path="b"))
    assert (await anyone.post("/api/v1/webhooks/hook")).status_code == 409
    assert (await anyone.post("/webhook/a")).status_code == 200
    assert (await anyone.post("/webhook/b")).status_code == 200


async def test_files_are_stored_as_blocks_of_the_subnet(alice, anyone, world):
    await published(alice, webhook_flow())
    files = {"doc": ("../a.txt", b"hello", "text/plain")}
    answer = await anyone.post("/webhook/hook", files=files, data={"title": "T"})
    execution = answer.json()["executionId"]
    item = (await alice.get(f"{RUNS}/{execution}/steps/call")).json()["outputs"]["main"][0]
    assert item["json"]["body"] == {"title": "T"}
    entry = item["binary"]["doc"]
    assert (entry["fileName"], entry["fileSize"], entry["mimeType"]) == ("a.txt", "5 B", "text/plain")
    assert world.blocks.get("personal", entry["id"]) == b"hello"
    assert not world.blocks.has("elsewhere", entry["id"])


async def test_the_raw_body_is_there_where_the_flow_wants_it(alice, anyone):
    await published(alice, webhook_flow(rawBody=True, responseMode="lastStep"))
    answer = await anyone.post(
        "/webhook/hook", content=b'{"a":  1}', headers={"content-type": "application/json"}
    )
    assert answer.json()["rawBody"] == '{"a":  1}'


def smaller(world: World, **limits: int) -> World:
    return replace(world, limits=replace(Limits(), **limits))


async def test_a_body_past_the_limit_is_refused(alice, anyone, world):
    await published(alice, webhook_flow())
    with use_world(smaller(world, request_body_bytes_max=100, upload_file_bytes_max=200)):
        assert (await anyone.post("/webhook/hook", content=b"x" * 101)).status_code == 413
        assert (await anyone.post("/webhook/hook", files={"f": b"x" * 201})).status_code == 413
        assert (await anyone.post("/webhook/hook", content=b"x" * 100)).status_code == 200

        async def unannounced() -> Any:
            for _ in range(50):
                yield b"x" * 10

        answer = await anyone.post("/webhook/hook", content=unannounced())
        assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")


async def test_a_flow_that_is_called_too_often_is_refused_for_a_while(alice, anyone, world):
    await published(alice, webhook_flow())
    with use_world(smaller(world, webhooks_per_minute_max=12)):
        answers = [await anyone.post("/webhook/hook") for _ in range(4)]
    assert [answer.status_code for answer in answers][:2] == [200, 200]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1


async def test_many_callers_at_once_all_get_their_own_answer(alice, anyone):
    await published(alice, webhook_flow(responseMode="lastStep"))
    calls = [anyone.post("/webhook/hook", json={"n": number}) for number in range(60)]
    answers = await asyncio.gather(*calls)
    assert [answer.json()["body"]["n"] for answer in answers] == list(range(60))
    assert len({answer.headers["x-qflow-execution"] for answer in answers}) == 60


async def test_a_page_that_a_flow_answers_with_is_in_a_sandbox(alice, anyone):
    page = {"respondWith": "text", "body": "<script>1</script>", "headers": {"Content-Type": "text/html"}}
    step = {**RESPOND, "params": page}
    await published(alice, flow(step, responseMode="respondStep"))
    answer = await anyone.post("/webhook/hook")
    assert answer.headers["content-type"] == "text/html"
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert "allow-same-origin" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_test_calls_are_for_people_not_for_load(alice, anyone, monkeypatch):
    monkeypatch.setattr("engine.web.webhooks.TEST_CALLS_PER_MINUTE_MAX", 12)
    await alice.post("/api/v1/flows", json=webhook_flow())
    answers = [(await anyone.post("/webhook-test/hook")).status_code for _ in range(3)]
    assert answers == [200, 200, 429]


async def test_test_calls_of_one_subnet_leave_those_of_another_alone(alice, charlie, anyone, monkeypatch):
    monkeypatch.setattr("engine.web.webhooks.TEST_CALLS_PER_MINUTE_MAX", 12)
    await alice.post("/api/v1/flows", json=webhook_flow())
    await charlie.post("/api/v1/flows", json=webhook_flow("other"))
    answers = [(await anyone.post("/webhook-test/hook")).status_code for _ in range(5)]
    assert answers[-1] == 429
    assert (await anyone.post("/webhook-test/other")).status_code == 200


async def test_a_subnet_whose_webhooks_are_flooded_is_refused_alone(alice, charlie, anyone, world):
    await published(alice, webhook_flow())
    await published(alice, webhook_flow("second"))
    await published(charlie, webhook_flow("other"))
    policies = world.policy.policies
    limits = world.limits.lowered_by({"subnet_webhooks_per_minute_max": 18})
    policies["personal"] = replace(policies["personal"], limits=limits)
    answers = [await anyone.post(f"/webhook/{path}") for path in ("hook", "second", "hook", "second")]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    refused = answers[-1].json()
    assert refused["code"] == "quota_exceeded"
    assert refused["details"]["quota"] == "subnet_webhooks_per_minute_max"
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert (await anyone.post("/webhook/other")).status_code == 200
