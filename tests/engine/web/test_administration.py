"""REST: tokens, policy, schemas, step types, node, measures; and the probes without a token."""

from __future__ import annotations

from typing import Any

import pytest

from engine.steps.registry import Registry
from engine.web import health
from tests.engine.web.conftest import GREETING, client_of, headers, published, token, webhook_flow

API = "/api/v1"


async def test_a_new_token_works_and_its_secret_is_shown_once(alice, app):
    made = await alice.post(f"{API}/tokens", json={"name": "ci", "scopes": ["flows:read"]})
    assert made.status_code == 201
    async with client_of(app, headers(made.json()["token"])) as client:
        assert (await client.get(f"{API}/flows")).status_code == 200
        assert (await client.get(f"{API}/executions")).status_code == 403
    listed = (await alice.get(f"{API}/tokens")).json()
    assert "ci" in [one["name"] for one in listed]
    assert made.json()["token"] not in str(listed)


async def test_a_token_cannot_make_a_stronger_one(world, app):
    async with client_of(app, headers(token(world, "personal", "flows:read"))) as client:
        assert (await client.post(f"{API}/tokens", json={"name": "x", "scopes": ["*"]})).status_code == 403
        assert (await client.get(f"{API}/tokens")).status_code == 403


async def test_a_policy_is_saved_on_top_of_its_revision(alice):
    before = await alice.get(f"{API}/policy")
    assert before.headers["etag"] == f'"{before.json()["revision"]}"'
    document = before.json()["document"] | {"stepTypesDenied": ["http.request"]}
    assert (await alice.put(f"{API}/policy", json={"document": document})).status_code == 428
    after = await alice.put(f"{API}/policy", json={"document": document, "revision": 1})
    assert (after.json()["revision"], after.json()["document"]["stepTypesDenied"]) == (2, ["http.request"])
    stale = await alice.put(f"{API}/policy", json={"document": document}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_revision")
    odd = await alice.put(f"{API}/policy", json={"document": document}, headers={"If-Match": '"x"'})
    assert odd.status_code == 409


async def test_a_policy_that_is_none_is_refused(alice):
    answer = await alice.put(f"{API}/policy", json={"document": {"lmits": {}}, "revision": 1})
    assert answer.status_code == 400
    assert answer.json()["problems"][0]["path"].startswith("policy")


async def test_who_is_no_admin_cannot_change_the_policy(bob):
    assert (await bob.put(f"{API}/policy", json={"document": {}, "revision": 1})).status_code == 403


async def test_the_schemas_are_those_that_definitions_are_checked_by(alice):
    from jsonschema import Draft202012Validator

    schemas = (await alice.get(f"{API}/schemas")).json()
    assert set(schemas["formats"]) == {"qflow", "jsonflow"}
    Draft202012Validator(schemas["formats"]["qflow"]).validate(GREETING)
    assert "q.qflow.execution.dispatched.v1" in schemas["events"]
    assert len(schemas["errorTypes"]) == 8
    assert "stale_revision" in schemas["errorCodes"]
    assert (await alice.get(f"{API}/schemas/qflow")).json() == schemas["formats"]["qflow"]
    assert (await alice.get(f"{API}/schemas/other")).status_code == 404


async def test_all_step_types_are_listed_with_their_parameters(alice):
    listed = (await alice.get(f"{API}/steps")).json()
    assert [one["type"] for one in listed] == sorted(Registry().names())
    request = next(one for one in listed if one["type"] == "http.request")
    assert "url" in request["parameters"]["properties"]


async def test_the_node_is_listed(alice):
    (node,) = (await alice.get(f"{API}/nodes")).json()
    assert node["nodeId"] == "node"
    assert "data.set" in node["capabilities"]


async def test_measures_have_percentiles(alice, anyone):
    await published(alice, webhook_flow(responseMode="lastStep"))
    await anyone.post("/webhook/hook")
    measures = (await alice.get(f"{API}/system/metrics")).json()
    assert {"count", "p50", "p95", "p99"} == set(measures["latencies"]["webhook_seconds"])
    assert measures["latencies"]["http_request_seconds"]["count"] >= 2
    assert measures["throughput"]["uptimeSeconds"] > 0
    text = await anyone.get("/metrics")
    assert text.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "qflow_webhook_seconds_bucket" in text.text
    assert 'route="api/v1/flows/<flow_id>/publish"' in text.text


async def test_measures_need_their_scope(bob):
    assert (await bob.get(f"{API}/system/metrics")).status_code == 403
    assert (await bob.get(f"{API}/system/health")).status_code == 403


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Health checks whose states the test chooses."""
    states: dict[str, Any] = dict.fromkeys(health.CHECKS, "healthy")

    def check(name: str) -> Any:
        def run(world: Any) -> tuple[str, dict[str, Any]]:
            if isinstance(states[name], Exception):
                raise states[name]
            return states[name], {"n": 1}

        return run

    for name in states:
        monkeypatch.setitem(health.CHECKS, name, check(name))
    return states


async def test_a_healthy_node_is_live_ready_and_started(anyone, alice, checks):
    for path in ("live", "ready", "startup"):
        answer = await anyone.get(f"/health/{path}")
        assert (answer.status_code, answer.json()["status"]) == (200, "healthy")
    shown = (await alice.get(f"{API}/system/health")).json()
    assert {check["component"] for check in shown["checks"]} == set(health.CHECKS)
    assert {"component", "status", "lastCheck", "details"} == set(shown["checks"][0])


@pytest.mark.parametrize("broken", ["unhealthy", RuntimeError("secret@database")])
async def test_a_node_without_its_database_is_live_but_not_ready(anyone, alice, checks, broken):
    checks["database"] = broken
    assert (await anyone.get("/health/live")).status_code == 200
    for path in ("/health/ready", "/health/startup"):
        answer = await anyone.get(path)
        assert (answer.status_code, answer.json()["status"]) == (503, "unhealthy")
        assert "secret" not in answer.text
    assert (await alice.get(f"{API}/system/health")).status_code == 503


async def test_a_node_without_its_broker_is_degraded_and_ready(anyone, checks):
    checks["broker"] = RuntimeError("away")
    answer = await anyone.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")


async def test_probes_take_no_other_method(anyone):
    assert (await anyone.post("/health/live")).status_code == 405
    assert (await anyone.head("/health/live")).status_code == 200


def test_the_real_checks_never_raise(world):
    found = health.checks_of(world, ("database", "worker", "broker", "disk"))
    assert {check["status"] for check in found} <= {"healthy", "degraded", "unhealthy"}
