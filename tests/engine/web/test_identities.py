"""REST over identities: keys that a browser holds, from registration to a token."""

from __future__ import annotations

from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Any

import httpx

from engine.testing.signatures import FakeScheme
from engine.usecases.world import World
from tests.engine.web.conftest import client_of, headers

SCHEME = FakeScheme()
BROWSER, NEXT = b"b" * 32, b"n" * 32


def text(data: bytes) -> str:
    return b64encode(data).decode()


def sign(seed: bytes, prepared: dict[str, Any]) -> str:
    return text(SCHEME.sign(seed, b64decode(prepared["toSign"])))


async def registered(client: httpx.AsyncClient) -> dict[str, Any]:
    next = text(sha256(SCHEME.public_key(NEXT)).digest())
    wanted = {"key": text(SCHEME.public_key(BROWSER)), "next": next}
    prepared = (await client.post("/api/v1/identities/prepare", json=wanted)).json()
    event = {"name": "Bea", "body": prepared["body"], "signatures": [sign(BROWSER, prepared)]}
    done = await client.post("/api/v1/identities/register", json=event)
    assert done.status_code == 201, done.text
    return dict(done.json())


async def test_a_browser_registers_its_key_and_rotates_it(alice: httpx.AsyncClient) -> None:
    person = await registered(alice)
    assert (person["keysHeldBy"], person["subject"]) == ("owner", "person")
    place = f"/api/v1/identities/{person['id']}/events"
    wanted = {"kind": "rotation", "key": text(SCHEME.public_key(NEXT)), "next": None}
    prepared = (await alice.post(f"{place}/prepare", json=wanted)).json()
    forged = await alice.post(place, json={"body": prepared["body"], "signatures": [sign(BROWSER, prepared)]})
    assert forged.status_code == 400
    assert "not signed" in forged.json()["detail"]
    done = await alice.post(place, json={"body": prepared["body"], "signatures": [sign(NEXT, prepared)]})
    assert done.json()["sequence"] == 1
    assert done.json()["key"] != person["key"]


async def test_who_answers_the_challenge_gets_a_token(
    alice: httpx.AsyncClient, app: Any, world: World
) -> None:
    person = await registered(alice)
    asked = (await alice.post(f"/api/v1/identities/{person['id']}/challenge")).json()
    body = {"name": "browser", "scopes": ["flows:read"], "identity": person["id"]}
    assert (await alice.post("/api/v1/tokens", json=body)).status_code == 403
    wrong = body | {"challenge": asked["challenge"], "signature": sign(NEXT, asked)}
    assert (await alice.post("/api/v1/tokens", json=wrong)).status_code == 403
    right = body | {"challenge": asked["challenge"], "signature": sign(BROWSER, asked)}
    made = (await alice.post("/api/v1/tokens", json=right)).json()
    assert made["identity"] == person["id"]
    async with client_of(app, headers(made["token"])) as browser:
        assert (await browser.get("/api/v1/flows")).status_code == 200
        assert (await browser.get("/api/v1/tokens")).status_code == 403


async def test_a_service_is_made_rotated_and_revoked_with_its_tokens(
    alice: httpx.AsyncClient, app: Any
) -> None:
    made = (await alice.post("/api/v1/identities", json={"name": "mailer"})).json()
    assert len(b64decode(made["recoveryKey"])) == 32
    wanted = {"name": "m", "scopes": ["flows:read"], "identity": made["id"]}
    token = (await alice.post("/api/v1/tokens", json=wanted)).json()["token"]
    place = f"/api/v1/identities/{made['id']}"
    assert len((await alice.post(f"{place}/rotate")).json()["keys"]) == 2
    async with client_of(app, headers(token)) as mailer:
        assert (await mailer.get("/api/v1/flows")).status_code == 200
        assert (await alice.post(f"{place}/revoke")).json()["revokedAt"]
        assert (await mailer.get("/api/v1/flows")).status_code == 401
    assert list((await alice.get(f"{place}/log")).json()) == [made["id"]]


async def test_others_see_nothing_and_change_nothing(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient, charlie: httpx.AsyncClient
) -> None:
    made = (await alice.post("/api/v1/identities", json={"name": "mailer"})).json()
    assert (await bob.post(f"/api/v1/identities/{made['id']}/rotate")).status_code == 403
    assert (await charlie.get(f"/api/v1/identities/{made['id']}")).status_code == 404
    assert (await charlie.post(f"/api/v1/identities/{made['id']}/revoke")).status_code == 404
    known = [one["id"] for one in (await charlie.get("/api/v1/identities")).json()]
    assert made["id"] not in known


async def test_what_is_not_base64_is_refused(alice: httpx.AsyncClient) -> None:
    answer = await alice.post("/api/v1/identities/prepare", json={"key": "***"})
    assert answer.status_code == 400
    short = await alice.post("/api/v1/identities/register", json={"name": "x", "body": "", "signatures": []})
    assert short.status_code == 400


async def test_a_token_of_before_is_refused_with_the_way_out(app: Any) -> None:
    async with client_of(app, headers("qf_" + "a" * 43)) as client:
        answer = await client.get("/api/v1/flows")
    assert answer.status_code == 401
    assert "qflow token create" in answer.json()["detail"]
