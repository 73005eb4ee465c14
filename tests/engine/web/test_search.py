"""Search over REST."""

from __future__ import annotations

from tests.engine.web.conftest import GREETING, client_of, headers, published, token

SEARCH = "/api/v1/search"


async def test_a_flow_is_found_by_its_name_with_its_facts(alice):
    await published(alice, GREETING)
    answer = (await alice.get(SEARCH, params={"q": "kind:flow"})).json()
    assert [hit["kind"] for hit in answer["hits"]] == ["flow"]
    assert answer["hits"][0]["attributes"]["published"] == "yes"
    assert answer["next"] is None


async def test_pages_follow_each_other(alice):
    await published(alice, GREETING)
    first = (await alice.get(SEARCH, params={"limit": 1})).json()
    second = (await alice.get(SEARCH, params={"limit": 1, "after": first["next"]})).json()
    assert [first["hits"][0]["kind"], second["hits"][0]["kind"]] == ["flow", "version"]


async def test_a_wrong_filter_is_told(alice):
    answer = await alice.get(SEARCH, params={"q": "kind:flows"})
    assert (answer.status_code, answer.json()["errorType"]) == (400, "validation_error")
    assert "template, flow" in answer.json()["detail"]


async def test_without_the_right_scope_nothing_is_told(world, app):
    async with client_of(app, headers(token(world, "personal", "system:read"))) as client:
        assert (await client.get(SEARCH)).status_code == 403
