"""The doors beside REST: streams, webhooks, resume URLs, search, measures, logs of the node."""

from __future__ import annotations

import json

import httpx
import pytest
import websockets
from websockets.sync.client import connect

from tests.isolation.tenants import CANARY, VICTIM

pytestmark = pytest.mark.slow


@pytest.mark.wall("the live stream of another's execution", outcome="closed as for an unknown one")
def test_a_stream_of_anothers_execution_is_closed_like_one_that_is_not_there(walls):
    theirs = _closed(walls, f"/ws/executions/{walls.ids['execution']}")
    unknown = _closed(walls, "/ws/executions/exe_00000000000000000000000000")
    assert theirs.code == unknown.code == 4404
    assert CANARY not in theirs.reason


@pytest.mark.wall("the live events of another subnet", outcome="closed, forbidden")
@pytest.mark.parametrize("name", [VICTIM, "alpha%20", "Alpha", "alpha%00", "*", "beta%2F..%2Falpha"])
def test_the_events_of_another_subnet_are_not_streamed(walls, name):
    assert _closed(walls, f"/ws/dao/{name}/events").code in (4403, 4404)


@pytest.mark.wall("one's own stream while another works", outcome="tells of one's own work only")
def test_ones_own_stream_tells_nothing_of_others(walls):
    with _stream(walls, "/ws/dao/beta/events") as stream:
        walls.victim.start(f"{CANARY}-keeps")
        mine = {"id": "own-stream", "steps": [{"id": "start", "type": "trigger.manual"}]}
        walls.attacker.run(mine)
        told = []
        while not told or "execution.completed" not in told[-1]:
            told.append(stream.recv(timeout=30))
    assert all(CANARY not in event and VICTIM not in event for event in told)


@pytest.mark.wall("measures of the node in a stream", outcome="name no subnet, flow or execution")
def test_streamed_measures_name_nobody(walls):
    with _stream(walls, "/ws/system/metrics") as stream:
        assert not _named(stream.recv(timeout=30), walls)


@pytest.mark.wall("measures of the node over HTTP", outcome="name no subnet, flow or execution")
@pytest.mark.parametrize("path", ["/metrics", "/api/v1/system/metrics", "/api/v1/nodes", "/health/ready"])
def test_measures_name_nobody(walls, path):
    assert not _named(walls.attacker.ask("GET", path).text, walls)


@pytest.mark.wall("a guessed resume URL", outcome="nothing waits there")
@pytest.mark.parametrize("token", ["0" * 32, "", "..", "a" * 32])
def test_a_resume_url_cannot_be_guessed(walls, token):
    for execution in (walls.ids["called"], "exe_00000000000000000000000000"):
        answer = walls.attacker.ask("POST", f"/webhook-waiting/{execution}/1/{token}", {})
        assert answer.status_code == 404
        assert CANARY not in answer.text.replace(execution, "")
    assert walls.victim.get(f"/api/v1/executions/{walls.ids['called']}")["status"] == "waiting"


@pytest.mark.wall("the path of another's webhook", outcome="refused without naming the flow")
@pytest.mark.parametrize("path", [f"{CANARY}/:other", f"{CANARY}/fixed", ":any/:other"])
def test_anothers_webhook_cannot_be_taken_over(walls, path):
    id = f"take-{path.count(':')}-{len(path)}"
    params = {"path": path, "methods": ["POST"]}
    hook = {"id": id, "steps": [{"id": "call", "type": "trigger.webhook", "params": params}]}
    walls.attacker.must("POST", "/api/v1/flows", hook)
    answer = walls.attacker.ask("POST", f"/api/v1/flows/{id}/publish")
    assert answer.status_code == 409, answer.text
    assert f"{CANARY}-hook" not in answer.text
    called = httpx.post(f"{walls.node.url}/webhook/{CANARY}/fixed", json={}, timeout=60)
    execution = called.json()["executionId"]
    assert walls.victim.ask("GET", f"/api/v1/executions/{execution}").status_code == 200
    assert walls.attacker.ask("GET", f"/api/v1/executions/{execution}").status_code == 404


@pytest.mark.wall("test calls to another's webhook", outcome="never reach a draft of somebody else")
def test_anothers_test_calls_cannot_be_caught(walls):
    hook = {
        "id": "catch",
        "steps": [{"id": "call", "type": "trigger.webhook", "params": {"path": f"{CANARY}/:part"}}],
    }
    walls.attacker.must("POST", "/api/v1/flows", hook)
    for _ in range(3):
        httpx.post(f"{walls.node.url}/webhook-test/{CANARY}/x", json={"word": CANARY}, timeout=60)
    assert walls.attacker.get("/api/v1/executions?flowId=catch")["executions"] == []


@pytest.mark.wall("search with operators, wildcards and quotes", outcome="finds only one's own")
@pytest.mark.parametrize("text", ["*", "subnet:alpha", f'"{CANARY}" OR x', CANARY, f"{CANARY}*"])
def test_search_finds_only_ones_own(walls, text):
    answer = walls.attacker.ask("GET", "/api/v1/search", params={"q": text})
    assert answer.status_code in (200, 400)
    assert CANARY not in answer.text.replace(text, "")


@pytest.mark.wall("events of the types another listens for", outcome="reach only one's own flows")
def test_an_event_reaches_only_ones_own_flows(walls):
    path = f"/api/v1/executions?flowId={CANARY}-listens"
    before = walls.victim.get(path)
    for kind in (f"{CANARY}.paid", "*", f"{CANARY}.*"):
        walls.attacker.ask("POST", "/api/v1/events", {"type": kind, "data": {}, "subject": VICTIM})
    assert walls.victim.get(path) == before


@pytest.mark.wall("a token altered to name another subnet", outcome="stands for nobody")
def test_an_altered_token_stands_for_nobody(walls):
    text = walls.attacker.token
    for place in range(10, len(text), 29):
        other = "A" if text[place] != "A" else "B"
        forged = text[:place] + other + text[place + 1 :]
        answer = httpx.get(
            f"{walls.node.url}/api/v1/flows", headers={"Authorization": f"Bearer {forged}"}, timeout=60
        )
        assert answer.status_code == 401


@pytest.mark.wall("headers, queries and bodies that name another subnet", outcome="change nothing")
def test_nothing_but_the_token_says_whose_subnet_it_is(walls):
    for name in ("X-Subnet", "X-Qflow-Subnet", "X-Forwarded-User", "X-Tenant"):
        answer = walls.attacker.ask("GET", "/api/v1/flows?subnet=alpha", headers={name: VICTIM})
        assert CANARY not in answer.text
    named = {"id": "named", "subnet": VICTIM, "steps": [{"id": "start", "type": "trigger.manual"}]}
    walls.attacker.ask("POST", "/api/v1/flows?subnet=alpha", named)
    assert walls.victim.ask("GET", "/api/v1/flows/named").status_code == 404


def _stream(walls, path):
    url = walls.node.url.replace("http", "ws", 1) + path
    return connect(url, additional_headers={"Authorization": f"Bearer {walls.attacker.token}"})


def _closed(walls, path):
    with _stream(walls, path) as stream, pytest.raises(websockets.ConnectionClosed) as closed:
        stream.recv(timeout=30)
    return closed.value.rcvd


def _named(text: str, walls) -> list[str]:
    """What of the victim stands in a text."""
    words = [CANARY, VICTIM, *(id for kind, id in walls.ids.items() if kind != "step")]
    return [word for word in words if word in json.dumps(text)]
