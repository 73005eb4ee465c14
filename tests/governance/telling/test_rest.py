"""Notifications over REST, for the person behind a token."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async

from engine.web.deps import use_world
from tests.engine.web.conftest import client_of, headers
from tests.governance.domain.support import approve
from tests.governance.hall import Hall
from tests.governance.telling.support import with_persons
from tests.governance.test_rest import Doors


@pytest.fixture
async def doors(hall: Hall) -> AsyncIterator[Doors]:
    await sync_to_async(with_persons)(hall)
    with use_world(hall.world):
        yield Doors(hall)


async def test_what_a_member_was_told_is_listed_and_read(doors: Doors) -> None:
    path = "/dao/acme/notifications"
    await sync_to_async(doors.hall.opened)(approve())
    (told,) = await doors.must("cem", "GET", path)
    assert (told["about"], told["readAt"]) == ("opens", None)
    assert told["page"].startswith("/governance/proposals/")
    assert await doors.must("cem", "POST", f"{path}/read") == {"read": 1}
    assert (await doors.must("cem", "GET", path))[0]["readAt"]
    assert (await doors.must("dia", "GET", path))[0]["readAt"] is None
    assert (await doors.ask("cem", "GET", "/dao/other/notifications")).status_code == 404


async def test_a_token_that_only_reads_neither_sees_nor_moves_where_mail_goes(doors: Doors) -> None:
    path = "/dao/acme/notifications"
    hook = {"url": "https://evil.example/x"}
    person = doors.hall.people["cem"]
    issued = doors.hall.world.tokens.issue("reader", "acme", ("flows:read",), None, person.identity)
    async with client_of(doors.app, headers(issued[1])) as client:
        assert (await client.get(f"/api/v1{path}")).status_code == 200
        for method, place, body in (
            ("GET", "preferences", None),
            ("PUT", "preferences", {"told": {"mail": []}}),
            ("PUT", "mail", {"address": "evil@example.com"}),
            ("PUT", "webhook", hook),
            ("PUT", "webhook", {"newSecret": True}),
        ):
            answer = await client.request(method, f"/api/v1{path}/{place}", json=body)
            assert answer.status_code == 403, (method, place)
    assert (await doors.must("cem", "GET", f"{path}/preferences"))["webhook"] == {"url": ""}
    assert (await doors.ask("cem", "PUT", "/dao/other/notifications/webhook", hook)).status_code == 404


async def test_nobody_reads_what_somebody_else_was_told(doors: Doors) -> None:
    path = "/dao/acme/notifications"
    await sync_to_async(doors.hall.opened)(approve())
    (told,) = await doors.must("cem", "GET", path)
    body = {"ids": [told["id"]]}
    assert (await doors.ask("dia", "POST", f"{path}/read", body)).status_code == 404
    assert (await doors.must("cem", "GET", f"{path}?unread=true"))[0]["id"] == told["id"]
    assert (await doors.ask("cem", "POST", f"{path}/read", {"ids": ["1"]})).status_code == 400
    assert (await doors.ask("cem", "GET", f"{path}?limit=201")).status_code == 400
    assert await doors.must("cem", "POST", f"{path}/read", body) == {"read": 1}
