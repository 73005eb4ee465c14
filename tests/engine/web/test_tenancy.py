"""Another subnet's objects do not exist, whichever path one tries."""

from __future__ import annotations

from typing import Any

import pytest
from channels.testing import WebsocketCommunicator

from engine.web.asgi import websocket_application
from tests.engine.web.conftest import ELSEWHERE, GREETING, published, token, webhook_flow
from tests.engine.web.test_executions import APPROVAL, started

EXECUTION_PATHS = [
    ("GET", "", None),
    ("GET", "/logs", None),
    ("GET", "/metrics", None),
    ("GET", "/result", None),
    ("GET", "/steps/before", None),
    ("GET", "/checkpoints", None),
    ("GET", "/export", None),
    ("POST", "/pause", {}),
    ("POST", "/resume", None),
    ("POST", "/abort", {}),
    ("POST", "/checkpoints", {}),
    ("POST", "/checkpoints/chk_1/restore", None),
    ("POST", "/fork", {"step": "before"}),
    ("POST", "/replay", {}),
    ("POST", "/answer", {"task": "approve"}),
    ("DELETE", "", None),
]

FLOW_PATHS = [
    ("GET", "", None),
    ("PUT", "", {**GREETING, "revision": "*"}),
    ("GET", "/versions", None),
    ("GET", "/versions/1", None),
    ("GET", "/diff?from=1&to=1", None),
    ("POST", "/rollback", {"version": "1", "revision": "x"}),
    ("POST", "/tags", {"tag": "mine"}),
    ("DELETE", "/tags/mine", None),
    ("GET", "/tests", None),
    ("POST", "/archive", {}),
    ("POST", "/publish", {}),
    ("POST", "/unpublish", None),
    ("POST", "/start", {}),
    ("POST", "/trigger", {}),
    ("DELETE", "", None),
]


@pytest.mark.parametrize(("method", "path", "body"), EXECUTION_PATHS)
async def test_an_execution_of_another_subnet_does_not_exist(alice, charlie, method, path, body):
    execution = await started(alice, APPROVAL)
    answer = await charlie.request(method, f"/api/v1/executions/{execution}{path}", json=body)
    unknown = await charlie.request(method, f"/api/v1/executions/exe_0000{path}", json=body)
    assert answer.status_code == 404
    assert _without_ids(answer.json()) == _without_ids(unknown.json())
    assert (await alice.get(f"/api/v1/executions/{execution}")).json()["status"] == "waiting"


def _without_ids(document: dict[str, Any]) -> Any:
    return {name: document[name] for name in ("type", "title", "status", "errorType", "code")}


@pytest.mark.parametrize(("method", "path", "body"), FLOW_PATHS)
async def test_a_flow_of_another_subnet_does_not_exist(alice, charlie, method, path, body):
    await alice.post("/api/v1/flows", json=GREETING)
    answer = await charlie.request(method, f"/api/v1/flows/greeting{path}", json=body)
    assert answer.status_code == 404, answer.text
    assert (await alice.get("/api/v1/flows/greeting")).json()["archived"] is False


async def test_lists_hold_only_ones_own(alice, charlie):
    await started(alice, GREETING)
    assert (await charlie.get("/api/v1/flows")).json()["flows"] == []
    assert (await charlie.get("/api/v1/executions")).json()["executions"] == []
    assert [one["subnet"] for one in (await charlie.get("/api/v1/tokens")).json()] == [ELSEWHERE]
    assert (await charlie.get("/api/v1/policy")).json()["subnet"] == ELSEWHERE


async def test_an_event_stays_in_its_subnet(alice, charlie):
    listening = {
        "id": "listens",
        "steps": [{"id": "on", "type": "trigger.event", "params": {"eventType": "order.paid"}}],
    }
    await published(alice, listening)
    answer = await charlie.post("/api/v1/events", json={"type": "order.paid", "id": "1"})
    assert answer.json() == {"started": [], "resumed": []}


async def test_a_token_of_another_subnet_cannot_be_revoked(alice, charlie, world):
    theirs = (await alice.get("/api/v1/tokens")).json()[0]["id"]
    assert (await charlie.delete(f"/api/v1/tokens/{theirs}")).status_code == 404
    assert (await alice.get("/api/v1/flows")).status_code == 200


async def test_a_webhook_starts_its_flow_in_its_own_subnet(alice, charlie, anyone):
    await published(charlie, webhook_flow())
    execution = (await anyone.post("/webhook/hook")).json()["executionId"]
    assert (await charlie.get(f"/api/v1/executions/{execution}")).status_code == 200
    assert (await alice.get(f"/api/v1/executions/{execution}")).status_code == 404


@pytest.mark.parametrize("path", ["/ws/executions/{execution}", "/ws/dao/personal/events"])
async def test_a_stream_of_another_subnet_is_refused(alice, world, path):
    execution = await started(alice, APPROVAL)
    secret = token(world, ELSEWHERE, "admin")
    socket = WebsocketCommunicator(
        websocket_application(), path.format(execution=execution) + f"?token={secret}"
    )
    await socket.connect()
    closed = await socket.receive_output()
    assert closed["code"] in (4403, 4404)
