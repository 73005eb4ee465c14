"""The WebSocket streams: everything once and in order, and an end that tells why."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from channels.layers import InMemoryChannelLayer, channel_layers
from channels.testing import WebsocketCommunicator

from engine.dispatch.channels_notifier import group_name
from engine.journal.cloudevents import to_cloudevent
from engine.ports.policy import PERSONAL
from engine.web import consumers
from engine.web.asgi import websocket_application
from engine.web.deps import use_world
from tests.engine.web.conftest import GREETING, token
from tests.engine.web.test_executions import APPROVAL, RUNS, started, until


@pytest.fixture(autouse=True)
def layer() -> Any:
    """A channel layer of this test's event loop."""
    made = InMemoryChannelLayer(capacity=5000)
    before = channel_layers.set("default", made)
    yield made
    channel_layers.set("default", before)


@asynccontextmanager
async def connected(path: str, secret: str | None, **options: Any) -> AsyncIterator[WebsocketCommunicator]:
    given = [(b"authorization", f"Bearer {secret}".encode())] if secret else []
    socket = WebsocketCommunicator(websocket_application(), path, headers=given, **options)
    accepted, _ = await socket.connect()
    assert accepted
    yield socket
    await socket.disconnect()


async def received(socket: WebsocketCommunicator) -> tuple[list[dict[str, Any]], int | None]:
    """Everything until the connection closes or falls silent, and the close code."""
    events: list[dict[str, Any]] = []
    while True:
        if await socket.receive_nothing(timeout=0.2, interval=0.005):
            return events, None
        message = await socket.receive_output()
        if message["type"] == "websocket.close":
            return events, message.get("code")
        events.append(json.loads(message["text"]))


def sequences(events: list[dict[str, Any]]) -> list[int]:
    return [event["data"]["sequence"] for event in events]


@pytest.fixture
def secret(world: Any) -> str:
    return token(world, PERSONAL, "*")


async def test_an_ended_execution_is_told_from_its_journal_and_the_stream_ends(alice, secret):
    execution = await started(alice, GREETING)
    async with connected(f"/ws/executions/{execution}", secret) as socket:
        events, code = await received(socket)
    assert code == 1000
    assert sequences(events) == list(range(1, len(events) + 1))
    assert events[0]["type"] == "q.qflow.execution.started.v1"
    assert events[-1]["type"] == "q.qflow.execution.completed.v1"
    for event in events:
        assert (event["specversion"], event["subject"]) == ("1.0", execution)
        assert {"id", "source", "time", "datacontenttype", "data"} <= set(event)


async def test_after_skips_what_the_client_has(alice, secret):
    execution = await started(alice, GREETING)
    async with connected(f"/ws/executions/{execution}?after=2", secret) as socket:
        events, _ = await received(socket)
    assert sequences(events)[0] == 3
    async with connected(f"/ws/executions/{execution}?after=999", secret) as socket:
        assert await received(socket) == ([], 1000)


async def test_what_happens_later_is_told_live(alice, world, secret, layer):
    execution = await started(alice, APPROVAL)
    async with connected(f"/ws/executions/{execution}", secret) as socket:
        before, code = await received(socket)
        assert code is None
        await alice.post(
            f"{RUNS}/{execution}/answer", json={"task": "approve", "payload": {"approved": True}}
        )
        await until(alice, execution, "completed")
        await tell(world, layer, execution, after=len(before))
        after, code = await received(socket)
    assert code == 1000
    assert sequences(before + after) == list(range(1, len(before + after) + 1))


async def tell(
    world: Any, layer: Any, execution: str, after: int, leave_out: frozenset[int] = frozenset()
) -> None:
    """What the notifier does for entries that are committed."""
    header = world.journal.header(execution)
    entries = world.journal.entries(execution, after, 1000)
    events = [to_cloudevent(header, e.sequence, e.fact) for e in entries if e.sequence not in leave_out]
    for event in events:
        await layer.group_send(group_name("execution", execution), {"type": "facts", "events": [event]})


async def test_a_doubled_and_an_old_event_are_told_once(alice, world, secret, layer):
    execution = await started(alice, APPROVAL)
    async with connected(f"/ws/executions/{execution}", secret) as socket:
        before, _ = await received(socket)
        await tell(world, layer, execution, after=0)
        assert await received(socket) == ([], None)
        await alice.post(f"{RUNS}/{execution}/abort")
        await until(alice, execution, "aborted")
        await tell(world, layer, execution, after=0)
        after, _ = await received(socket)
    assert sequences(before + after) == list(range(1, len(before + after) + 1))


async def test_a_hole_in_the_live_channel_is_filled_from_the_journal(alice, world, secret, layer):
    execution = await started(alice, APPROVAL)
    async with connected(f"/ws/executions/{execution}", secret) as socket:
        before, _ = await received(socket)
        await alice.post(
            f"{RUNS}/{execution}/answer", json={"task": "approve", "payload": {"approved": True}}
        )
        await until(alice, execution, "completed")
        lost = frozenset({len(before) + 1, len(before) + 2})
        await tell(world, layer, execution, after=len(before), leave_out=lost)
        after, code = await received(socket)
    assert (sequences(before + after), code) == (list(range(1, len(before + after) + 1)), 1000)


async def test_a_channel_that_loses_everything_is_made_good_by_looking(alice, secret, monkeypatch):
    monkeypatch.setattr(consumers.ExecutionStream, "silence_s", 0.05)
    execution = await started(alice, APPROVAL)
    async with connected(f"/ws/executions/{execution}", secret) as socket:
        before, _ = await received(socket)
        await alice.post(f"{RUNS}/{execution}/abort")
        after, code = await received(socket)
    assert (sequences(before + after), code) == (list(range(1, len(before + after) + 1)), 1000)


async def test_a_long_journal_is_told_in_pages_without_gap(alice, secret, monkeypatch):
    monkeypatch.setattr(consumers, "PAGE", 2)
    execution = await started(alice, GREETING)
    async with connected(f"/ws/executions/{execution}", secret) as socket:
        events, code = await received(socket)
    assert (sequences(events), code) == (list(range(1, len(events) + 1)), 1000)


async def test_a_slow_reader_is_disconnected(alice, world, secret, layer, monkeypatch):
    """The client's connection takes nothing; events pile up to their bound and no further."""
    monkeypatch.setattr(consumers, "STREAM_BACKLOG_MAX", 5)
    stuck = asyncio.Event()

    async def never(self: Any, *args: Any, **options: Any) -> None:
        stuck.set()
        await asyncio.Event().wait()

    async with connected(f"/ws/dao/{PERSONAL}/events", secret) as socket:
        assert await received(socket) == ([], None)  # it listens
        monkeypatch.setattr(consumers.SubnetStream, "send", never)
        event = {"type": "x", "data": {"sequence": 1}}
        await layer.group_send(group_name("subnet", PERSONAL), {"type": "facts", "events": [event]})
        await asyncio.wait_for(stuck.wait(), 5)
        monkeypatch.undo()
        await layer.group_send(group_name("subnet", PERSONAL), {"type": "facts", "events": [event] * 6})
        closed = await socket.receive_output()
    assert (closed["type"], closed["code"]) == ("websocket.close", 4008)
    assert not layer.groups


@pytest.mark.parametrize("way", ["header", "query", "subprotocol"])
async def test_a_token_may_come_in_three_ways(alice, secret, way):
    execution = await started(alice, GREETING)
    path = f"/ws/executions/{execution}" + (f"?token={secret}" if way == "query" else "")
    options = {"subprotocols": [f"bearer.{secret}", "qflow"]} if way == "subprotocol" else {}
    given = [(b"authorization", f"Bearer {secret}".encode())] if way == "header" else []
    socket = WebsocketCommunicator(websocket_application(), path, headers=given, **options)
    _, subprotocol = await socket.connect()
    assert subprotocol == ("qflow" if way == "subprotocol" else None)
    events, code = await received(socket)
    assert (bool(events), code) == (True, 1000)
    await socket.disconnect()


@pytest.mark.parametrize("given", [None, "", "wrong", "x" * 5000])
async def test_without_a_token_there_is_no_stream(alice, given):
    execution = await started(alice, GREETING)
    async with connected(f"/ws/executions/{execution}", given) as socket:
        assert await received(socket) == ([], 4401)


async def test_a_token_without_the_scope_is_refused(alice, world):
    execution = await started(alice, GREETING)
    secret = token(world, PERSONAL, "flows:read")
    for path in (f"/ws/executions/{execution}", "/ws/system/metrics", f"/ws/dao/{PERSONAL}/events"):
        async with connected(path, secret) as socket:
            assert await received(socket) == ([], 4403)


@pytest.mark.parametrize(
    "path", ["/ws/executions/exe_none", "/ws/nothing", "/", "/ws/executions/" + "x" * 5000]
)
async def test_what_is_not_there_is_told(secret, world, path):
    async with connected(path, secret) as socket:
        assert await received(socket) == ([], 4404)


async def test_events_of_the_subnet_are_told_to_its_tokens(secret, layer, world):
    async with connected(f"/ws/dao/{PERSONAL}/events", secret) as socket:
        assert (await received(socket))[0] == []
        event = {"specversion": "1.0", "type": "q.qflow.policy.changed.v1", "data": {"a": 1}}
        await layer.group_send(group_name("subnet", PERSONAL), {"type": "facts", "events": [event]})
        assert json.loads(await socket.receive_from()) == event


async def test_measures_are_told_again_and_again(secret, world, monkeypatch):
    monkeypatch.setattr(consumers.MetricsStream, "every_s", 0.001)
    async with connected("/ws/system/metrics", secret) as socket:
        events = [json.loads(await socket.receive_from()) for _ in range(3)]
    assert {event["type"] for event in events} == {"q.qflow.system.metrics.v1"}
    assert events[0]["data"]["nodeId"] == "node"


async def test_whoever_leaves_leaves_the_group(alice, secret, layer):
    execution = await started(alice, APPROVAL)
    async with connected(f"/ws/executions/{execution}", secret) as socket:
        await received(socket)
        assert layer.groups
    assert not layer.groups


async def test_what_a_client_says_is_ignored(alice, secret):
    execution = await started(alice, APPROVAL)
    async with connected(f"/ws/executions/{execution}", secret) as socket:
        await received(socket)
        await socket.send_to(text_data="hello")
        await socket.send_to(bytes_data=b"\xff")
        assert await received(socket) == ([], None)


async def test_an_inner_error_closes_with_1011(alice, world, secret, caplog):
    execution = await started(alice, GREETING)

    class Broken:
        def __getattr__(self, name: str) -> Any:
            if name == "header":
                return world.journal.header
            raise RuntimeError("the disk is gone")

    with use_world(replace(world, journal=Broken())):
        async with connected(f"/ws/executions/{execution}", secret) as socket:
            assert await received(socket) == ([], 1011)
