"""Who has a flow open: the pages of a flow hear of each other, and nobody else hears anything."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from engine.base.errors import InvalidInput
from engine.dispatch.channels_notifier import group_name
from engine.ports.access_store import Principal
from engine.ports.notifier import flow_place
from engine.ports.policy import PERSONAL
from engine.web.live import Live
from engine.web.live_flow import LiveFlow, step_of
from tests.engine.web.conftest import GREETING
from tests.engine.web.test_live import ADA, EVE, connected
from tests.engine.web.test_streams import layer

__all__ = ["layer"]

BEN = Principal("person:ben", "ben", PERSONAL, frozenset({"flows:read"}))
PATH = f"/live/flows/{GREETING['id']}"


@pytest.fixture
async def flow(alice: Any) -> str:
    """A flow of the subnet of Ada and Ben."""
    answer = await alice.post("/api/v1/flows", json=GREETING)
    assert answer.status_code in (201, 409), answer.text
    return str(GREETING["id"])


Told = tuple[str, str | None, str | None]


async def heard(socket: Any, count: int) -> list[Told]:
    """Kind, name and step of the next things that a page is told."""
    return [told(await socket.receive_json_from(timeout=30)) for _ in range(count)]


def told(event: dict[str, Any]) -> Told:
    return event["type"].split(".")[3], event["data"].get("name"), event["data"].get("step")


async def ended(socket: Any) -> int:
    """The code with which a connection is closed, whatever is told before."""
    while True:
        message = await socket.receive_output(timeout=30)
        if message["type"] == "websocket.close":
            return int(message["code"])


async def test_two_pages_meet_follow_each_other_and_part(flow, layer):
    async with connected(PATH, ADA) as ada:
        assert await heard(ada, 1) == [("entered", None, None)]
        async with connected(PATH, BEN) as ben:
            assert await heard(ben, 2) == [("entered", None, None), ("present", "ada", None)]
            assert await heard(ada, 1) == [("present", "ben", None)]
            await ben.send_json_to({"step": "greet"})
            assert await heard(ada, 1) == [("present", "ben", "greet")]
            await ben.send_json_to({"step": None})
            assert await heard(ada, 1) == [("present", "ben", None)]
            assert await ben.receive_nothing()
        assert await heard(ada, 1) == [("absent", None, None)]


async def test_of_many_choices_at_once_the_newest_is_told(flow, layer, monkeypatch):
    monkeypatch.setattr(LiveFlow, "pause_s", 0.5)
    async with connected(PATH, ADA) as ada, connected(PATH, BEN) as ben:
        assert len(await heard(ada, 2)) == 2
        for number in range(50):
            await ben.send_json_to({"step": f"step{number}"})
        steps = [None]
        while steps[-1] != "step49":
            steps += [step for _, _, step in await heard(ada, 1)]
        assert len(steps) < 25


async def test_who_is_there_says_so_again(flow, layer, monkeypatch):
    monkeypatch.setattr(LiveFlow, "again_s", 0.01)
    async with connected(PATH, ADA) as ada, connected(PATH, BEN):
        again = await heard(ada, 5)
    assert again.count(("present", "ben", None)) == 4


async def test_what_is_said_of_the_flow_is_told_and_nothing_else(flow, layer):
    saved = {"specversion": "1.0", "type": "q.qflow.flow.saved.v1", "data": {"flowId": flow, "name": "ben"}}
    other = {**saved, "type": "q.qflow.dispatched.v1"}
    async with connected(PATH, ADA) as ada:
        await heard(ada, 1)
        place = group_name(*flow_place(PERSONAL, flow))
        await layer.group_send(place, {"type": "facts", "events": [saved, other]})
        assert await heard(ada, 1) == [("saved", "ben", None)]
        assert await ada.receive_nothing()


async def test_another_subnet_meets_nobody(flow, layer):
    async with connected(PATH, ADA) as ada, connected(PATH, EVE) as eve:
        assert await ended(eve) == 4404
        assert await heard(ada, 1) == [("entered", None, None)]
        assert await ada.receive_nothing()


async def test_without_the_right_to_read_nobody_comes_in(flow, layer):
    nobody = Principal("person:max", "max", PERSONAL, frozenset())
    async with connected(PATH, nobody) as socket:
        assert await ended(socket) == 4403
    async with connected("/live/flows/nowhere", ADA) as socket:
        assert await ended(socket) == 4404


async def test_who_may_not_read_the_flow_any_more_is_sent_away(flow, layer, monkeypatch, world):
    monkeypatch.setattr(Live, "check_s", 0.01)
    async with connected(PATH, ADA) as ada:
        await heard(ada, 1)
        world.flows.delete(PERSONAL, flow)
        assert await ended(ada) == 4401


WRONG = ["{}", "[]", "nonsense", '{"step": 1}', '{"step": "a", "name": "eve"}', "[" * 9999]


@pytest.mark.parametrize("text", WRONG)
async def test_what_a_page_should_not_say_ends_the_connection(flow, layer, text):
    async with connected(PATH, BEN) as ben:
        await heard(ben, 1)
        await ben.send_to(text_data=text)
        assert await ended(ben) == 4400


@pytest.mark.parametrize("step", ["", "x" * 200, 7, ["a"]])
def test_a_step_is_named_by_a_short_text(step):
    with pytest.raises(InvalidInput):
        step_of(json.dumps({"step": step}))
    assert step_of('{"step": null}') is None


def names(make: Callable[[str, str], tuple[str, str]]) -> set[str]:
    return {group_name(*make(subnet, flow)) for subnet in ("a", "a/b", "b") for flow in ("b", "c")}


def test_flows_of_the_same_name_in_two_subnets_have_groups_of_their_own():
    assert len(names(flow_place)) == 6
