"""Live events for pages: whoever the session stands for, as long as it does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator

from engine.base.errors import PermissionDenied, Unauthenticated
from engine.dispatch.channels_notifier import group_name
from engine.journal.cloudevents import to_cloudevent
from engine.ports.access_store import Principal
from engine.ports.policy import PERSONAL
from engine.web import live
from engine.web.asgi import websocket_application
from tests.engine.web.conftest import GREETING
from tests.engine.web.test_executions import APPROVAL, started
from tests.engine.web.test_streams import layer, received, sequences

__all__ = ["layer"]

ADA = Principal("person:ada", "ada", PERSONAL, frozenset({"admin"}))
EVE = Principal("person:eve", "eve", "elsewhere", frozenset({"admin"}))


@asynccontextmanager
async def connected(path: str, who: Any) -> AsyncIterator[WebsocketCommunicator]:
    """A page that listens; ``who`` is a principal, or what asking for it does."""
    asked = who if callable(who) else lambda scope: who
    socket = WebsocketCommunicator(websocket_application(asked), path)
    accepted, _ = await socket.connect()
    assert accepted
    yield socket
    await socket.disconnect()


async def test_a_page_hears_an_execution_to_its_end(alice):
    execution = await started(alice, GREETING)
    async with connected(f"/live/executions/{execution}?after=1", ADA) as socket:
        events, code = await received(socket)
    assert code == 1000
    assert sequences(events) == list(range(2, len(events) + 2))


async def tell_all(world: Any, layer: Any, execution: str) -> None:
    """Send the journal of an execution to the listeners of its subnet."""
    header = world.journal.header(execution)
    entries = world.journal.entries(execution, 0, 1000)
    events = [to_cloudevent(header, entry.sequence, entry.fact) for entry in entries]
    await layer.group_send(group_name("subnet", PERSONAL), {"type": "facts", "events": events})


async def test_a_list_hears_what_begins_and_ends_and_no_contents(alice, world, layer):
    execution = await started(alice, GREETING)
    async with connected("/live/executions", ADA) as socket:
        assert await received(socket) == ([], None)  # it listens
        await tell_all(world, layer, execution)
        events, code = await received(socket)
    assert code is None
    assert {event["type"].split(".")[2] for event in events} == {"execution"}
    assert {event["data"]["executionId"] for event in events} == {execution}
    assert set(events[0]["data"]) == {"executionId", "flowId", "sequence", "status"}


async def test_a_page_of_another_subnet_hears_nothing(alice, world, layer):
    execution = await started(alice, APPROVAL)
    async with connected(f"/live/executions/{execution}", EVE) as socket:
        assert await received(socket) == ([], 4404)
    async with connected("/live/executions", EVE) as socket:
        assert await received(socket) == ([], None)
        await tell_all(world, layer, execution)
        assert await received(socket) == ([], None)


@pytest.mark.parametrize(("error", "code"), [(Unauthenticated, 4401), (PermissionDenied, 4403)])
async def test_who_is_refused_learns_why(alice, error, code):
    execution = await started(alice, APPROVAL)

    def refuse(scope: Any) -> Principal:
        raise error("not you")

    async with connected(f"/live/executions/{execution}", refuse) as socket:
        assert await received(socket) == ([], code)


async def test_where_no_sessions_are_kept_nobody_listens(alice):
    socket = WebsocketCommunicator(websocket_application(), "/live/executions")
    await socket.connect()
    assert await received(socket) == ([], 4401)
    await socket.disconnect()


@pytest.mark.parametrize("after", [EVE, None])
async def test_a_stream_ends_with_the_session_or_with_other_rights(alice, monkeypatch, after):
    monkeypatch.setattr(live.Live, "check_s", 0.01)
    execution, asked = await started(alice, APPROVAL), []

    def who(scope: Any) -> Principal:
        asked.append(scope)
        if len(asked) == 1:
            return ADA
        if after is None:
            raise Unauthenticated("signed out")
        return after

    async with connected(f"/live/executions/{execution}", who) as socket:
        _, code = await received(socket)
    assert code == 4401


async def test_there_are_no_other_streams(alice):
    async with connected("/live/metrics", ADA) as socket:
        assert await received(socket) == ([], 4404)
