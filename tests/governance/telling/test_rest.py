"""Notifications over REST, for the person behind a token."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async

from engine.web.deps import use_world
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
