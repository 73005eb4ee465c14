"""Governance over REST: from a draft to an approved template, voted on by keys outside the node."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from engine.api.governing import sign_statement
from engine.web.asgi import http_application
from engine.web.deps import use_world
from governance.store import use_store
from tests.engine.web.conftest import client_of, headers, nothing
from tests.governance.domain.support import approve
from tests.governance.hall import Hall
from tests.governance.memory_store import MemoryDaoStore


class Doors:
    """A client for each member."""

    def __init__(self, hall: Hall) -> None:
        self.hall, self.app = hall, http_application(nothing)

    async def ask(self, who: str, method: str, path: str, body: Any = None) -> httpx.Response:
        person = self.hall.people[who]
        issued = self.hall.world.tokens.issue(who, "acme", ("admin",), None, person.identity)
        async with client_of(self.app, headers(issued[1])) as client:
            return await client.request(method, f"/api/v1{path}", json=body)

    async def must(self, who: str, method: str, path: str, body: Any = None) -> Any:
        answer = await self.ask(who, method, path, body)
        assert answer.status_code < 300, answer.text
        return answer.json()


@pytest.fixture
async def doors() -> AsyncIterator[Doors]:
    with use_store(MemoryDaoStore()):
        hall = Hall()
        with use_world(hall.world):
            yield Doors(hall)
        hall.stop()


async def test_a_template_is_approved_through_the_doors(doors: Doors) -> None:
    hall, must = doors.hall, doors.must
    assert (await must("ann", "GET", "/dao"))[0]["subnet"] == "acme"
    made = await must("ann", "POST", "/dao/acme/proposals", {"wish": approve()})
    path = f"/dao/acme/proposals/{made['id']}"
    assert (await must("ann", "POST", f"{path}/submit"))["stage"] == "review"
    await must("cem", "POST", f"{path}/comments", {"text": "Why?", "place": {"line": 1}})
    shown = await must("bob", "POST", f"{path}/reviews", {"cid": made["cid"], "approved": True})
    assert shown["stage"] == "voting"
    for name in ("ann", "bob", "cem"):
        await must(name, "POST", f"{path}/vote", {"choice": [["yes", 1]]})
    hall.wait(101)
    hall.wait(51)
    shown = await must("dia", "GET", path)
    assert (shown["stage"], shown["vote"]["totals"]["yes"]) == ("active", 3)
    assert shown["comments"][0]["place"]["line"] == 1
    (template,) = await must("dia", "GET", "/dao/acme/templates")
    assert template["reach"] == ["It reaches nothing: it computes from what it is given."]
    assert (await must("dia", "GET", f"/dao/acme/templates/{template['cid']}"))["status"] == "active"
    assert (await must("dia", "GET", f"{path}/verify"))["valid"]
    policy = await must("dia", "GET", "/dao/acme/policy")
    assert policy["versions"][0]["version"] == 2
    assert policy["pending"] is None


async def test_a_ballot_is_prepared_signed_elsewhere_and_cast(doors: Doors) -> None:
    made = doors.hall.opened(approve())
    path = f"/dao/{doors.hall.id}/proposals/{made.id}"
    prepared = await doors.must("ann", "POST", f"{path}/ballot", {"choice": [["no", 1]]})
    mark = sign_statement(doors.hall.world, doors.hall.people["ann"], b64decode(prepared["toSign"]))
    ballot = {name: prepared[name] for name in ("voter", "choice", "weight", "nonce", "expires")}
    ballot |= {"signer": mark.identity, "key": mark.key, "signature": b64encode(mark.signature).decode()}
    cast = await doors.must("ann", "POST", f"{path}/ballots", ballot)
    assert cast["vote"]["mine"]["choice"] == [["no", 1]]
    again = await doors.ask("ann", "POST", f"{path}/ballots", ballot)
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")
    other = await doors.ask("ann", "POST", f"{path}/ballots", {**ballot, "choice": [["yes", 1]]})
    assert other.status_code == 403
    assert (await doors.must("bob", "GET", f"{path}/ballots"))[0]["signature"] == ballot["signature"]


async def test_a_dao_of_another_subnet_does_not_exist(doors: Doors) -> None:
    assert (await doors.ask("ann", "GET", "/dao/elsewhere")).status_code == 404


async def test_a_guardian_stops_and_a_reviewer_warns(doors: Doors) -> None:
    cid = doors.hall.approved()
    await doors.must(
        "bob", "POST", f"/dao/acme/templates/{cid}/advisories", {"severity": "high", "text": "!"}
    )
    assert (await doors.must("cem", "GET", "/dao/acme/advisories"))[0]["template"] == cid
    refused = await doors.ask("bob", "POST", f"/dao/acme/templates/{cid}/stop", {"reason": "it steals"})
    assert refused.status_code == 403
    stopped = await doors.must("ann", "POST", f"/dao/acme/templates/{cid}/stop", {"reason": "it steals"})
    assert stopped["proposal"].startswith("prp_")
