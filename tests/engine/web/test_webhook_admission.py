"""Who may call a webhook: signatures, replays, addresses, rates and schemas."""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import replace

import pytest

from engine.dispatch.clock import SystemClock
from engine.ports.capabilities import Secret
from engine.testing.memory_capabilities import FixedSecrets
from engine.web.deps import use_world
from tests.engine.web.conftest import client_of, published, webhook_flow

SECRET = "a shared secret"
BODY = b'{"amount": 100}'


@pytest.fixture
def world(world):
    secrets = FixedSecrets(
        Secret("mine", SECRET, subnets=("personal",)), Secret("theirs", "x" * 9, subnets=("elsewhere",))
    )
    made = replace(world, secrets=secrets)
    with use_world(made):
        yield made


def slack(body=BODY, at_s=None, secret=SECRET):
    at_s = SystemClock().now_us() // 1_000_000 if at_s is None else at_s
    signature = hmac.new(secret.encode(), f"v0:{at_s}:".encode() + body, "sha256").hexdigest()
    return {
        "X-Slack-Request-Timestamp": str(at_s),
        "X-Slack-Signature": f"v0={signature}",
        "Content-Type": "application/json",
    }


async def signed(alice, **more):
    await published(alice, webhook_flow(verify={"scheme": "slack", "secrets": ["mine"]}, **more))


async def test_a_signed_call_starts_the_flow(alice, anyone):
    await signed(alice)
    answer = await anyone.post("/webhook/hook", content=BODY, headers=slack())
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        (dict, "missing"),
        (lambda: slack(at_s=1_000), "stale"),
        (lambda: slack(secret="guessed it"), "mismatch"),
        (lambda: slack() | {"X-Slack-Signature": "v0=zz"}, "malformed"),
    ],
)
async def test_each_refusal_has_its_reason(alice, anyone, world, headers, reason):
    await signed(alice)
    answer = await anyone.post("/webhook/hook", content=BODY, headers=headers())
    assert (answer.status_code, answer.json()["code"]) == (401, "call_refused")
    assert answer.json()["details"]["reason"] == reason
    assert (await alice.get("/api/v1/executions")).json()["executions"] == []


async def test_a_replayed_call_is_refused_and_starts_nothing(alice, anyone):
    await signed(alice)
    headers = slack()
    first = await anyone.post("/webhook/hook", content=BODY, headers=headers)
    second = await anyone.post("/webhook/hook", content=BODY, headers=headers)
    assert (first.status_code, second.status_code) == (200, 409)
    assert second.json()["code"] == "call_replayed"
    assert len((await alice.get("/api/v1/executions")).json()["executions"]) == 1


async def test_a_call_that_could_not_be_accepted_may_come_again(alice, anyone):
    await signed(alice)
    body = b"{broken"
    headers = slack(body)
    for _ in range(2):
        assert (await anyone.post("/webhook/hook", content=body, headers=headers)).status_code == 400


async def test_the_draft_is_guarded_as_well(alice, anyone):
    await signed(alice)
    assert (await anyone.post("/webhook-test/hook", content=BODY)).status_code == 401
    assert (await anyone.post("/api/v1/webhooks/hook", content=BODY)).status_code == 401


async def test_a_secret_that_is_not_there_refuses_every_call(alice, anyone):
    await published(alice, webhook_flow(verify={"scheme": "slack", "secrets": ["theirs"]}))
    answer = await anyone.post("/webhook/hook", content=BODY, headers=slack(secret="x" * 9))
    assert answer.status_code == 409
    assert "'theirs'" in answer.json()["detail"]


async def test_only_allowed_addresses_may_call(alice, app):
    await published(alice, webhook_flow(allowAddresses=["192.0.2.0/24"]))
    async with client_of(app) as client:
        answer = await client.post("/webhook/hook")
    assert (answer.status_code, answer.json()["code"]) == (403, "address_refused")


async def test_an_address_that_calls_too_often_is_told_to_wait(alice, anyone):
    await published(alice, webhook_flow(callsPerMinute=6))
    statuses = [(await anyone.post("/webhook/hook")).status_code for _ in range(3)]
    assert statuses[0] == 200
    assert statuses[-1] == 429


async def test_a_body_must_meet_the_schema_that_the_webhook_names(alice, anyone):
    schema = {"type": "object", "required": ["amount"]}
    put = await alice.put("/api/v1/schemas/events/pay", json={"document": schema})
    assert put.status_code == 200, put.text
    await published(alice, webhook_flow(eventSchema="pay"))
    assert (await anyone.post("/webhook/hook", json={"amount": 1})).status_code == 200
    refused = await anyone.post("/webhook/hook", json={"other": 1})
    assert refused.status_code == 400
    assert refused.json()["problems"][0]["path"] == "data"


async def test_events_must_meet_the_schema_of_their_type(alice, bob):
    schema = {"properties": {"id": {"type": "integer"}}}
    await alice.put("/api/v1/schemas/events/orders.created", json={"document": schema})
    assert "orders.created" in (await alice.get("/api/v1/schemas")).json()["registered"]
    shown = await bob.get("/api/v1/schemas/events/orders.created")
    assert shown.json()["document"] == schema
    event = {"type": "orders.created", "data": {"id": "x"}}
    assert (await alice.post("/api/v1/events", content=json.dumps(event))).status_code == 400
    assert (await bob.delete("/api/v1/schemas/events/orders.created")).status_code == 403
    assert (await alice.delete("/api/v1/schemas/events/orders.created")).status_code == 204
    assert (await alice.post("/api/v1/events", content=json.dumps(event))).status_code == 202
    assert (await alice.get("/api/v1/schemas/events/orders.created")).status_code == 404


async def test_only_who_knows_the_password_may_call_and_the_flow_never_sees_it(alice, anyone):
    rule = {"scheme": "basic", "secrets": ["mine"]}
    await published(alice, webhook_flow(authenticate=rule, responseMode="lastStep"))
    refused = await anyone.post("/webhook/hook", headers={"Authorization": "Basic Z3Vlc3M6ZWQ="})
    assert (refused.status_code, refused.json()["details"]["reason"]) == (401, "mismatch")
    assert refused.headers["www-authenticate"].startswith("Basic ")
    proof = base64.b64encode(SECRET.encode()).decode()
    answer = await anyone.post("/webhook/hook", headers={"Authorization": f"Basic {proof}"})
    assert answer.status_code == 200, answer.text
    assert "authorization" not in answer.json()["headers"]


async def test_the_claims_of_a_token_stand_in_the_item(alice, anyone):
    rule = {"scheme": "jwt", "secrets": ["mine"]}
    await published(alice, webhook_flow(authenticate=rule, responseMode="lastStep"))
    texts = (json.dumps(one).encode() for one in ({"alg": "HS256"}, {"sub": "ann"}))
    signed = b".".join(base64.urlsafe_b64encode(one).rstrip(b"=") for one in texts)
    mac = base64.urlsafe_b64encode(hmac.new(SECRET.encode(), signed, "sha256").digest()).rstrip(b"=")
    headers = {"Authorization": f"Bearer {(signed + b'.' + mac).decode()}"}
    answer = await anyone.post("/webhook/hook", headers=headers)
    assert answer.json()["jwtPayload"] == {"sub": "ann"}


async def test_pages_of_other_origins_start_nothing(alice, anyone):
    await published(alice, webhook_flow(allowOrigins=["https://a.example"]))
    answer = await anyone.post("/webhook/hook", headers={"Origin": "https://a.example"})
    assert answer.headers["access-control-allow-origin"] == "https://a.example"
    refused = await anyone.post("/webhook/hook", headers={"Origin": "https://b.example"})
    assert (refused.status_code, refused.json()["details"]["reason"]) == (403, "origin")
    assert len((await alice.get("/api/v1/executions")).json()["executions"]) == 1


async def test_each_method_may_have_an_output_of_its_own(alice, anyone):
    flow = {
        "id": "hook",
        "steps": [
            {
                "id": "call",
                "type": "trigger.webhook",
                "params": {
                    "path": "hook",
                    "methods": ["GET", "POST"],
                    "outputsByMethod": True,
                    "responseMode": "lastStep",
                },
                "next": {"get": "read", "post": "write"},
            },
            {"id": "read", "type": "data.set", "params": {"keep": "none", "fields": {"did": "read"}}},
            {"id": "write", "type": "data.set", "params": {"keep": "none", "fields": {"did": "write"}}},
        ],
    }
    await published(alice, flow)
    assert (await anyone.get("/webhook/hook")).json() == {"did": "read"}
    assert (await anyone.post("/webhook/hook")).json() == {"did": "write"}


async def test_an_answer_at_once_may_be_empty(alice, anyone):
    await published(alice, webhook_flow(responseData="none"))
    answer = await anyone.post("/webhook/hook")
    assert (answer.status_code, answer.content) == (200, b"")
