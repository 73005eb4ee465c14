"""Variables over REST."""

from __future__ import annotations

from tests.engine.web.conftest import client_of, headers, token

PATH = "/api/v1/variables/BASE"


async def test_a_variable_is_set_listed_and_deleted(alice):
    stored = await alice.put(PATH, json={"value": "https://a.example"})
    assert (stored.status_code, stored.json()["value"]) == (200, "https://a.example")
    (listed,) = (await alice.get("/api/v1/variables")).json()
    assert listed["name"] == "BASE"
    assert (await alice.delete(PATH)).status_code == 204
    assert (await alice.delete(PATH)).status_code == 404


async def test_wrong_ones_are_refused(alice):
    assert (await alice.put("/api/v1/variables/a-b", json={"value": ""})).status_code == 400
    assert (await alice.put(PATH, json={"value": 5})).status_code == 400
    assert (await alice.put(PATH, json={})).status_code == 400


async def test_who_may_only_read_sets_nothing(world, app, alice):
    await alice.put(PATH, json={"value": "1"})
    async with client_of(app, headers(token(world, "personal", "flows:read"))) as reader:
        assert len((await reader.get("/api/v1/variables")).json()) == 1
        assert (await reader.put(PATH, json={"value": "2"})).status_code == 403
        assert (await reader.delete(PATH)).status_code == 403
