"""Credentials over REST: put in, listed, tried, and never given back."""

from __future__ import annotations

from engine.base.errors import EgressDenied, TimedOut
from tests.engine.web.conftest import client_of, headers, token

PATH = "/api/v1/credentials/httpBearerAuth/My%20account%2F1"
BODY = {"values": {"token": "open sesame"}, "hosts": ["api.example.com"]}


async def test_a_credential_is_stored_listed_tried_and_deleted(alice):
    stored = await alice.put(PATH, json=BODY)
    assert stored.status_code == 200
    assert stored.json()["name"] == "My account/1"
    (listed,) = (await alice.get("/api/v1/credentials")).json()
    assert (listed["filled"], listed["hosts"], listed["usage"]) == (True, ["api.example.com"], [])
    named = {"type": "httpBearerAuth", "name": "My account/1"}
    assert (await alice.post("/api/v1/credentials/test", json=named)).json()["ok"] is True
    everything = stored.text + (await alice.get("/api/v1/credentials")).text + (await alice.get(PATH)).text
    assert "sesame" not in everything
    assert (await alice.delete(PATH)).status_code == 204
    assert (await alice.get(PATH)).status_code == 404
    assert (await alice.post("/api/v1/credentials/test", json=named)).status_code == 404


async def test_the_service_is_asked_where_an_address_is_given_and_its_status_is_told(world, app, alice):
    await alice.put(PATH, json=BODY)
    named = {"type": "httpBearerAuth", "name": "My account/1", "address": "https://api.example.com/me"}
    world.credential_calls.answers += [204, 401, TimedOut("no answer"), EgressDenied("it is private")]
    told = [await alice.post("/api/v1/credentials/test", json=named) for _ in range(4)]
    assert [(one.json()["ok"], one.json()["status"]) for one in told[:3]] == [
        (True, 204),
        (False, 401),
        (False, None),
    ]
    assert told[3].status_code == 403
    async with client_of(app, headers(token(world, "elsewhere", "admin", "flows:read"))) as stranger:
        assert (await stranger.post("/api/v1/credentials/test", json=named)).status_code == 404
    async with client_of(app, headers(token(world, "personal", "flows:read"))) as reader:
        assert (await reader.post("/api/v1/credentials/test", json=named)).status_code == 403
    assert len(world.credential_calls.asked) == 4


async def test_types_tell_their_fields_and_which_are_secret(alice):
    types = {one["name"]: one for one in (await alice.get("/api/v1/credentials/types")).json()}
    assert types["httpBasicAuth"]["secretFields"] == ["password"]
    assert types["httpCustomAuth"]["secretFields"] == ["json"]
    assert types["oAuth2Api"]["fieldsSchema"]["properties"]["clientSecret"]["writeOnly"] is True


async def test_wrong_values_are_not_told_again(alice):
    wrong = await alice.put(PATH, json={**BODY, "values": {"tokens": "open sesame"}})
    assert wrong.status_code == 400
    assert "sesame" not in wrong.text
    assert (await alice.put(PATH, json={"values": {"token": "x"}})).status_code == 400, "no hosts"


async def test_who_may_only_read_fills_nothing_in(world, app, alice):
    await alice.put(PATH, json=BODY)
    async with client_of(app, headers(token(world, "personal", "flows:read"))) as reader:
        assert len((await reader.get("/api/v1/credentials")).json()) == 1
        assert (await reader.put(PATH, json=BODY)).status_code == 403
        assert (await reader.delete(PATH)).status_code == 403
