"""The audit of capability tokens over REST, their revocation, and the policy's ceilings."""

from __future__ import annotations

from engine.ports.capabilities import CapabilityUse
from engine.ports.policy import PERSONAL
from tests.engine.web.conftest import client_of, headers, token

USES = "/api/v1/capabilities/uses"
TOKEN = "cap_" + "0" * 26


def recorded(world, count=3, subnet=PERSONAL):
    for number in range(count):
        world.capabilities.record(
            CapabilityUse(
                f"use_{subnet}_{number}",
                subnet,
                "exe_1",
                "reach",
                0,
                1,
                TOKEN,
                "kv",
                {"key": "k"},
                number > 0,
                "why",
                1,
            )
        )


async def test_uses_come_newest_first_and_in_pages(world, alice):
    recorded(world)
    recorded(world, 1, "elsewhere")
    first = (await alice.get(USES, params={"limit": 2})).json()
    assert [use["id"][-1] for use in first["uses"]] == ["2", "1"]
    assert first["uses"][0]["token"] == TOKEN
    rest = (await alice.get(USES, params={"limit": 2, "before": first["next"]})).json()
    assert ([use["id"][-1] for use in rest["uses"]], rest["next"]) == (["0"], None)


async def test_denied_uses_can_be_asked_for(world, alice):
    recorded(world)
    answer = (await alice.get(USES, params={"allowed": "false"})).json()
    assert [use["allowed"] for use in answer["uses"]] == [False]


async def test_a_token_is_revoked_for_the_subnet(world, alice):
    answer = await alice.post("/api/v1/capabilities/revocations", json={"token": TOKEN, "reason": "leaked"})
    assert answer.status_code == 204
    assert world.capabilities.revoked(0) == {(PERSONAL, TOKEN)}
    wrong = await alice.post("/api/v1/capabilities/revocations", json={"token": "x"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid_input")


async def test_the_ceilings_of_the_policy_are_shown(alice):
    answer = (await alice.get("/api/v1/capabilities")).json()
    assert (answer["subnet"], answer["ceilings"]) == (PERSONAL, [])


async def test_each_takes_its_scope(world, app):
    async with client_of(app, headers(token(world, PERSONAL, "executions:read"))) as client:
        assert (await client.get(USES)).status_code == 403
        assert (await client.get("/api/v1/capabilities")).status_code == 403
        body = {"token": TOKEN}
        assert (await client.post("/api/v1/capabilities/revocations", json=body)).status_code == 403
