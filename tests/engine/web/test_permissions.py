"""Grants, roles, consents and the history of validations over REST."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from engine.ports.permissions import first_grant
from engine.ports.policy import PERSONAL
from engine.usecases.world import World
from tests.engine.web.conftest import GREETING, client_of, headers, published, token

FIRST = first_grant(PERSONAL, 0).id
APPROVE: dict[str, Any] = {
    "id": "approve",
    "steps": [
        {"id": "start", "type": "trigger.manual"},
        {"id": "ask", "type": "flow.approval", "params": {"title": "Go on?"}},
        {"id": "done", "type": "flow.noop"},
    ],
}


async def granted(client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await client.post("/api/v1/grants", json={"who": "*", **body})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def closed(client: httpx.AsyncClient) -> str:
    """Leave only what administration needs, and running flows; gives the id of the latter."""
    await granted(client, actions=["permission.*", "flow.write", "flow.read", "execution.*", "wait.answer"])
    running = await granted(client, actions=["flow.start", "step.run"])
    revoked = await client.delete(f"/api/v1/grants/{FIRST}")
    assert revoked.json()["revokedAt"]
    return str(running["id"])


async def waiting(client: httpx.AsyncClient) -> str:
    await published(client, APPROVE)
    started = await client.post("/api/v1/flows/approve/start", json={})
    execution = str(started.json()["executionId"])
    await until(client, execution, "waiting")
    return execution


async def until(client: httpx.AsyncClient, execution: str, status: str) -> dict[str, Any]:
    """The execution once it has this status."""
    async with asyncio.timeout(30):
        while True:
            shown = (await client.get(f"/api/v1/executions/{execution}")).json()
            if shown["status"] == status:
                return dict(shown)
            await asyncio.sleep(0.005)


async def approve(client: httpx.AsyncClient, execution: str) -> None:
    body = {"task": "ask", "kind": "approval", "payload": {"approved": True}}
    answer = await client.post(f"/api/v1/executions/{execution}/answer", json=body)
    assert answer.status_code == 202, answer.text


async def test_a_grant_is_made_listed_renewed_and_revoked(alice):
    made = await granted(alice, who="bob", actions=["step.run"], resource="flows/f", expiresInSeconds=60)
    assert made["expiresAt"] is not None
    renewed = await alice.post(f"/api/v1/grants/{made['id']}/renew", json={})
    assert renewed.json()["expiresAt"] is None
    revoked = await alice.delete(f"/api/v1/grants/{made['id']}")
    assert revoked.json()["revokedBy"]
    again = await alice.post(f"/api/v1/grants/{made['id']}/renew", json={})
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")
    listed = {grant["id"] for grant in (await alice.get("/api/v1/grants")).json()}
    assert listed == {FIRST, made["id"]}


async def test_roles_and_consents_are_kept(alice):
    role = await alice.put("/api/v1/roles/runner", json={"actions": ["step.run"], "description": "runs"})
    assert role.json()["actions"] == ["step.run"]
    assert [each["name"] for each in (await alice.get("/api/v1/roles")).json()] == ["runner"]
    assert (await alice.delete("/api/v1/roles/runner")).status_code == 204
    assert (await alice.delete("/api/v1/roles/runner")).status_code == 404
    consent = await alice.post("/api/v1/consents", json={"person": "ann", "purpose": "news"})
    assert consent.status_code == 201
    path = f"/api/v1/consents/{consent.json()['id']}"
    assert (await alice.post(f"{path}/renew", json={"expiresInSeconds": 9})).json()["expiresAt"]
    assert (await alice.delete(path)).json()["withdrawnAt"]
    assert len((await alice.get("/api/v1/consents")).json()) == 1


@pytest.mark.parametrize(
    "body",
    [{"who": ""}, {"actions": ["no action"]}, {"resource": "a b"}, {"more": 1}, {"expiresInSeconds": 0}],
)
async def test_a_wrong_grant_is_refused(alice, body):
    answer = await alice.post("/api/v1/grants", json={"who": "bob", "actions": ["step.run"], **body})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")


async def test_only_administrators_may_change_anything_and_only_at_home(alice, bob, charlie):
    made = await granted(alice, actions=["step.run"])
    assert (await bob.post("/api/v1/grants", json={"who": "bob", "actions": ["*"]})).status_code == 403
    assert (await bob.get("/api/v1/grants")).status_code == 403
    assert (await charlie.delete(f"/api/v1/grants/{made['id']}")).status_code == 404
    assert made["id"] not in (await charlie.get("/api/v1/grants")).text
    assert (await charlie.get("/api/v1/validations")).json()["validations"] == []


async def test_revoking_halts_a_running_execution(alice):
    running = await closed(alice)
    execution = await waiting(alice)
    await alice.delete(f"/api/v1/grants/{running}")
    await approve(alice, execution)
    shown = await until(alice, execution, "failed")
    assert shown["error"]["type"] == "permission_denied"
    history = await alice.get("/api/v1/validations", params={"executionId": execution, "passed": False})
    (denied,) = history.json()["validations"]
    assert (denied["layer"], denied["code"]) == ("qonsent", "permission_revoked")
    assert denied["finding"]["remedy"]


async def test_what_expired_pauses_and_goes_on_when_it_is_renewed(alice, world: World):
    running = await closed(alice)
    execution = await waiting(alice)
    world.trust.permissions.renew_grant(PERSONAL, running, world.clock.now_us())
    await approve(alice, execution)
    await until(alice, execution, "paused")
    await alice.post(f"/api/v1/grants/{running}/renew", json={"expiresInSeconds": 600})
    await until(alice, execution, "completed")


async def test_a_token_gets_no_further_than_its_scopes_whatever_is_granted(alice, app, world):
    await published(alice, GREETING)
    reader = headers(token(world, PERSONAL, "flows:read"))
    async with client_of(app, reader) as client:
        refused = await client.post("/api/v1/flows/greeting/start", json={})
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    assert "executions:write" in refused.json()["detail"]
