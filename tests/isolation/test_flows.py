"""What flows of one subnet can reach of another: flows, files, values, secrets, the machine."""

from __future__ import annotations

from typing import Any

import pytest

from tests.isolation.tenants import CANARY, KV, SUB, code, flow

pytestmark = pytest.mark.slow


@pytest.mark.wall("calling another's flow as a sub-flow", outcome="there is no such flow")
@pytest.mark.parametrize("version", [False, True])
def test_anothers_flow_cannot_be_called(walls, version):
    given = {"flow": SUB["id"]}
    if version:
        given["version"] = walls.victim.get(f"/api/v1/flows/{SUB['id']}")["version"]
    ended = walls.attacker.run(flow(f"calls-{version}", {"id": "call", "type": "flow.call", "params": given}))
    assert ended["status"] == "failed"
    assert "told" not in str(ended)
    assert walls.victim.get(f"/api/v1/executions?flowId={SUB['id']}")["executions"] == []


@pytest.mark.wall("another's flow as error flow", outcome="never started")
def test_anothers_error_flow_is_not_started(walls):
    failing = {"id": "stop", "type": "flow.stop", "params": {"message": "now"}}
    settings = {"errorFlow": f"{CANARY}-errors"}
    walls.attacker.publish(flow("failing", failing, settings=settings))
    ended = walls.attacker.start("failing", mode="production")
    assert ended["status"] == "failed"
    assert walls.victim.get(f"/api/v1/executions?flowId={CANARY}-errors")["executions"] == []


@pytest.mark.wall("another's file by its CID, in items of a start", outcome="no such block")
def test_anothers_file_cannot_be_read_by_its_cid(walls):
    reading = code("return [{json: {text: await this.helpers.getBinaryDataBuffer(0, 'paper')}}]")
    walls.attacker.must("POST", "/api/v1/flows", flow("reads-file", reading))
    paper = {"id": walls.ids["file"], "mimeType": "text/plain", "fileName": "x", "fileSize": 20_000}
    ended = walls.attacker.start("reads-file", items=[{"json": {}, "binary": {"paper": paper}}])
    assert ended["status"] == "failed"
    assert not _holds_the_canary(walls, ended)


@pytest.mark.wall("another's secrets, asked for with every capability", outcome="not there")
def test_anothers_secret_cannot_be_used(walls):
    policy = walls.attacker.get("/api/v1/policy")
    asked = [{"operation": "secret", "name": "*", "host": "*"}, {"operation": "http", "host": "*"}]
    document = {**policy["document"], "capabilities": [KV, *asked]}
    walls.attacker.must("PUT", "/api/v1/policy", {"document": document, "revision": policy["revision"]})
    call = f"{{url: '{walls.node.url}/health/live', secrets: [{{name: '{CANARY}', header: 'x'}}]}}"
    text = f"return [{{json: {{got: await $helpers.httpRequest({call})}}}}]"
    ended = walls.attacker.run(flow("steals-secret", code(text, capabilities=asked)))
    assert ended["status"] == "failed"
    assert f"{CANARY}-secret" not in str(ended)


@pytest.mark.wall("the environment of the node through expressions and code", outcome="empty")
@pytest.mark.parametrize("text", ["{{ $env.CANARY_OF_THE_NODE }}", "{{ JSON.stringify($env) }}"])
def test_expressions_see_nothing_of_the_nodes_environment(walls, text):
    _allow_environment(walls)
    step = {"id": "look", "type": "data.set", "params": {"fields": {"seen": text}}}
    ended = walls.attacker.run(flow(f"looks-{len(text)}", step))
    assert not _seen(ended)


@pytest.mark.wall("the environment of the node through expressions and code", outcome="empty")
def test_code_sees_nothing_of_the_nodes_environment(walls):
    _allow_environment(walls)
    text = "return [{json: {seen: [String($env), JSON.stringify($env), $env.CANARY_OF_THE_NODE]}}]"
    assert not _seen(walls.attacker.run(flow("looks-code", code(text))))


def _allow_environment(walls) -> None:
    """What the attacker writes into its own policy must not open the machine."""
    policy = walls.attacker.get("/api/v1/policy")
    allowed = {"environment": ["CANARY_OF_THE_NODE"], "filesRoot": "/", "commands": ["env"]}
    document = {**policy["document"], **allowed}
    walls.attacker.must("PUT", "/api/v1/policy", {"document": document, "revision": policy["revision"]})


@pytest.mark.wall("the node itself over http.request", outcome="private addresses are refused")
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0"])
def test_the_node_cannot_be_reached_from_a_flow(walls, host):
    policy = walls.attacker.get("/api/v1/policy")
    document = {**policy["document"], "egress": {"allow": ["127.0.0.0/8", "localhost", "::1", "0.0.0.0"]}}
    walls.attacker.must("PUT", "/api/v1/policy", {"document": document, "revision": policy["revision"]})
    url = walls.node.url.replace("127.0.0.1", host)
    step = {"id": "call", "type": "http.request", "params": {"url": f"{url}/metrics"}}
    ended = walls.attacker.run(flow(f"calls-node-{len(host)}-{host.count('.')}", step))
    assert ended["status"] == "failed", ended


def _seen(ended: Any) -> bool:
    return CANARY in str(ended.get("items")) or CANARY in str(ended.get("error"))


def _holds_the_canary(walls, ended: Any) -> bool:
    text = walls.attacker.ask("GET", f"/api/v1/executions/{ended['executionId']}/logs").text
    return CANARY in text or CANARY in str(ended)
