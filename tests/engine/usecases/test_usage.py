"""Who is told what a subnet used."""

from __future__ import annotations

from typing import Any

import pytest

from engine.base.errors import InvalidInput, PermissionDenied, UnknownObject
from engine.dispatch.clock import SystemClock
from engine.flow.model import Edge, Flow, Step
from engine.journal.cloudevents import guest_event
from engine.journal.usage import day_of
from engine.ports import traffic
from engine.ports.policy import PERSONAL
from engine.ports.step_catalogue import Effect, StepContext, StepResult
from engine.testing.steps import DictCatalogue, PlainTrigger, make_type, pass_on
from engine.testing.world import ALICE, BOB, CHARLIE, fake_world
from engine.usecases.start_execution import StartRequest, start_execution
from engine.usecases.usage import as_csv, usage_of
from engine.usecases.world import World


@pytest.fixture
def used(world: World, publish: Any, start: Any) -> World:
    """A day on which one execution of two steps ran."""
    world.access.ensure_personal_subnet(1)
    world.access.create_subnet(CHARLIE.subnet, "Elsewhere", 1)
    publish("f", {"a": "t.add", "b": "t.act"})
    assert start("f").future.result(10).kind == "completed"
    return world


def test_a_subnet_is_told_what_it_used(used: World) -> None:
    [today] = usage_of(used, ALICE, PERSONAL)
    assert (today.amounts.executions, today.amounts.steps) == (1, 2)
    assert today.day == day_of(used.clock.now_us())
    assert usage_of(used, ALICE, PERSONAL, "2020-01-01", "2020-12-31") == []


def test_as_csv_every_day_is_a_line(used: World) -> None:
    heads, line, rest = as_csv(usage_of(used, ALICE, PERSONAL)).split("\r\n")
    assert heads.startswith("day,executions,steps,")
    assert line.startswith(f"{day_of(used.clock.now_us())},1,2,")
    assert rest == ""


def test_others_are_not_told(used: World) -> None:
    with pytest.raises(UnknownObject):
        usage_of(used, CHARLIE, PERSONAL)
    with pytest.raises(PermissionDenied):
        usage_of(used, BOB, PERSONAL)
    assert usage_of(used, CHARLIE, CHARLIE.subnet) == []


def test_who_keeps_the_node_is_told_of_all(used: World) -> None:
    assert usage_of(used, ALICE, CHARLIE.subnet) == []
    with pytest.raises(UnknownObject):
        usage_of(used, ALICE, "nowhere")


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-1-1", None), ("2026-02-30", None), ("2026-02-02", "2026-02-01"), ("2020-01-01", None)],
)
def test_a_period_must_be_one(used: World, first: str, last: str | None) -> None:
    with pytest.raises(InvalidInput):
        usage_of(used, ALICE, PERSONAL, first, last)


def test_what_a_step_sends_is_counted_and_is_no_use_of_guests() -> None:
    def send(context: StepContext) -> StepResult:
        traffic.counted(b"12345")
        return pass_on(context)

    types = [PlainTrigger(), make_type("t.send", send, effect=Effect.WRITE)]
    world = fake_world(DictCatalogue(types), SystemClock())
    world.access.ensure_personal_subnet(1)
    flow = Flow("f", "f", (Step("a", "t.send"), Step("b", "t.send")), (Edge("a", "b"),))
    world.flows.create(PERSONAL, flow, "alice", "", 1)
    started = start_execution(world, ALICE, StartRequest("f", mode="test", wait="end"))
    assert started.future is not None
    assert started.future.result(10).kind == "completed"
    world.worker.stop(1)
    [today] = usage_of(world, ALICE, PERSONAL)
    assert today.amounts.egress_bytes == 10
    header, entries = world.journal.load(started.execution)
    assert [guest_event(header, one.sequence, one.fact) for one in entries] == [None] * len(entries)
