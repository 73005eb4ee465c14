"""The live channel: who watches is told, and what guests used goes to whoever watches the subnet."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from channels.layers import InMemoryChannelLayer, channel_layers

from engine.dispatch.channels_notifier import ChannelsNotifier, group_name
from engine.journal.cloudevents import GUEST_EVENT, TYPES
from engine.journal.facts import ExecutionResumed, StepCompleted
from engine.journal.state import Status

HEADER: Any = SimpleNamespace(id="exec_1", subnet="personal", flow="f", status=Status.RUNNING)
COMPLETED = TYPES["step.completed"]


@pytest.fixture(autouse=True)
def layer() -> Any:
    made = InMemoryChannelLayer()
    before = channel_layers.set("default", made)
    yield made
    channel_layers.set("default", before)


def completed(**more: Any) -> StepCompleted:
    return StepCompleted(
        at_us=1,
        task=1,
        step="s",
        run=0,
        attempt=1,
        outputs={},
        input_cid="",
        output_cid="",
        code="c",
        started_us=0,
        **more,
    )


async def told(layer: Any, group: str, facts: list[Any], messages: int) -> list[tuple[str, int]]:
    """Type and sequence of what a watcher of the group is told of facts that begin at 4."""
    channel = await layer.new_channel()
    await layer.group_add(group, channel)
    notifier = ChannelsNotifier()
    notifier.bind(asyncio.get_running_loop())
    notifier.committed(HEADER, 4, facts)
    events: list[Any] = []
    for _ in range(messages):
        events += (await asyncio.wait_for(layer.receive(channel), 30))["events"]
    assert not await waiting(layer, channel)
    return [(event["type"], event["data"]["sequence"]) for event in events]


async def waiting(layer: Any, channel: str) -> bool:
    """Whether there is more for a channel, once all that was begun is done."""
    for _ in range(10):
        await asyncio.sleep(0)
    queue = layer.channels.get(channel)
    return queue is not None and not queue.empty()


async def test_who_watches_a_subnet_is_told_what_guests_used(layer):
    facts = [ExecutionResumed(at_us=1, actor="alice"), completed(usage={"wall_us": 9}, fuel=3), completed()]
    found = await told(layer, group_name("subnet", "personal"), facts, messages=2)
    assert found == [(TYPES["execution.resumed"], 4), (COMPLETED, 5), (COMPLETED, 6), (GUEST_EVENT, 5)]


async def test_who_watches_an_execution_sees_its_journal_only(layer):
    facts = [completed(usage={"wall_us": 9}, fuel=3)]
    found = await told(layer, group_name("execution", "exec_1"), facts, messages=1)
    assert found == [(COMPLETED, 4)]


async def test_without_guests_nothing_more_is_sent(layer):
    found = await told(layer, group_name("subnet", "personal"), [completed()], messages=1)
    assert found == [(COMPLETED, 4)]
