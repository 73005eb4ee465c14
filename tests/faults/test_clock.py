"""Wall clocks that jump an hour: timers, leases and schedules neither double nor stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from engine.dispatch.clock import SystemClock
from engine.flow.model import Edge, Flow, FlowSettings, Step
from engine.journal.state import Status
from engine.ports.journal_store import ExecutionQuery
from engine.ports.step_catalogue import Effect, Signal, StepContext, StepResult, WaitTime
from engine.steps.registry import Registry
from engine.testing.clock import FakeClock
from engine.testing.memory_flow_store import MemoryFlowStore
from engine.testing.memory_journal import MemoryJournal
from engine.testing.steps import DictCatalogue, PlainTrigger, make_type, pass_on, plus_one
from engine.testing.world import ALICE, fake_world
from engine.usecases.create_flow import create_flow
from engine.usecases.keeper import Keeper
from engine.usecases.publish_flow import publish_flow
from engine.usecases.start_execution import StartRequest, start_execution
from engine.usecases.world import World
from tests.faults.cluster import until
from tests.faults.flows import ticking
from tests.faults.invariants import check_journal

HOUR_MS = 3_600_000
MINUTE_US = 60_000_000


class Gate:
    """A step type that acts when the test lets it."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.entered = threading.Semaphore(0)
        self.keys: list[str] = []

    def run(self, context: StepContext) -> StepResult:
        self.keys.append(context.idempotency_key)
        self.entered.release()
        context.cancellation.on_cancel(self.open.set)
        assert self.open.wait(10)
        context.cancellation.check()
        return plus_one(context)


def nap(context: StepContext) -> StepResult:
    return StepResult(wait=WaitTime(context.now_us + MINUTE_US))


def awake(context: StepContext, signal: Signal) -> StepResult:
    return pass_on(context)


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def make_world(gate: Gate, clock: FakeClock) -> Iterator[Callable[..., World]]:
    """Worlds on one journal, as the processes of one node."""
    catalogue = DictCatalogue(
        [
            PlainTrigger(),
            make_type("t.act", gate.run, effect=Effect.WRITE),
            make_type("t.add", plus_one),
            make_type("t.nap", nap, resume=awake),
        ]
    )
    shared: dict[str, Any] = {"journal": MemoryJournal(), "flows": MemoryFlowStore()}
    made: list[World] = []

    def make(**options: Any) -> World:
        number = len(made) + 1
        given = {"catalogue": catalogue, "clock": clock, **shared, **options}
        made.append(fake_world(owner=f"node:{number}", seed=number, **given))
        if number == 1:
            publish(made[0], "nap", ["t.add", "t.nap", "t.add"])
            publish(made[0], "act", ["t.add", "t.act", "t.add"])
        return made[-1]

    yield make
    gate.open.set()
    for world in made:
        world.worker.stop(1)


def publish(world: World, id: str, kinds: list[str]) -> None:
    steps = tuple(Step(f"s{number}", kind) for number, kind in enumerate(kinds))
    edges = (Edge("s0", "s1"), Edge("s1", "s2"))
    flow = Flow(id, id, steps, edges, settings=FlowSettings())
    world.flows.create("personal", flow, "alice", "", 1)
    world.flows.publish("personal", id, flow.version, (), {}, 1)


def status(world: World, execution: str) -> Status:
    return world.journal.header(execution).status


def completed_once(world: World, execution: str) -> None:
    until(lambda: status(world, execution) is Status.COMPLETED)
    facts = [entry.fact for entry in world.journal.load(execution)[1]]
    assert len(check_journal(execution, facts)) == 3


def lost(world: World) -> None:
    """A worker that died: it neither renews its leases nor commits any more."""
    object.__setattr__(world.worker, "_stopped", True)


def napping(world: World) -> str:
    execution = start_execution(world, ALICE, StartRequest("nap")).execution
    until(lambda: status(world, execution) is Status.WAITING and not world.worker.live())
    return execution


def test_a_timer_that_a_jump_forward_passes_fires_once(
    make_world: Callable[..., World], clock: FakeClock
) -> None:
    world = make_world()
    keepers = [Keeper(world), Keeper(make_world())]
    execution = napping(world)
    clock.jump_ms(HOUR_MS)
    for _ in range(3):
        for keeper in keepers:
            keeper.sweep()
    completed_once(world, execution)


def test_a_timer_does_not_fire_early_after_a_jump_back(
    make_world: Callable[..., World], clock: FakeClock
) -> None:
    world = make_world()
    keeper = Keeper(world)
    keeper.sweep()
    execution = napping(world)
    clock.jump_ms(-HOUR_MS)
    for _ in range(10):
        clock.advance_ms(60_000)
        keeper.sweep()
    assert status(world, execution) is Status.WAITING
    clock.advance_ms(HOUR_MS)
    keeper.sweep()
    completed_once(world, execution)


def in_flight(world: World, gate: Gate) -> str:
    execution = start_execution(world, ALICE, StartRequest("act")).execution
    assert gate.entered.acquire(timeout=10)
    return execution


def test_a_lease_that_a_jump_forward_ends_is_taken_over_and_the_result_counts_once(
    make_world: Callable[..., World], clock: FakeClock, gate: Gate
) -> None:
    first, second = make_world(), make_world()
    execution = in_flight(first, gate)
    clock.jump_ms(HOUR_MS)
    Keeper(second).sweep()
    until(lambda: len(gate.keys) == 2)
    gate.open.set()
    completed_once(second, execution)
    assert len(set(gate.keys)) == 1, "a step that runs again must do so under its key"
    until(lambda: not first.worker.live())


def test_an_owner_that_renews_first_keeps_its_execution_over_a_jump_forward(
    make_world: Callable[..., World], clock: FakeClock, gate: Gate
) -> None:
    first, second = make_world(), make_world()
    execution = in_flight(first, gate)
    clock.jump_ms(HOUR_MS)
    first.worker.heartbeat()
    Keeper(second).sweep()
    gate.open.set()
    completed_once(first, execution)
    assert len(gate.keys) == 1


def test_a_jump_back_takes_nothing_from_an_owner_that_lives(
    make_world: Callable[..., World], clock: FakeClock, gate: Gate
) -> None:
    first, second = make_world(), make_world()
    keeper = Keeper(second)
    keeper.sweep()
    execution = in_flight(first, gate)
    clock.jump_ms(-HOUR_MS)
    for _ in range(30):
        first.worker.heartbeat()
        keeper.sweep()
        clock.advance_ms(1_000)
    assert first.worker.live() == [execution]
    gate.open.set()
    completed_once(first, execution)
    assert len(gate.keys) == 1


@pytest.mark.parametrize("dies_first", [True, False])
def test_an_execution_whose_owner_died_around_a_jump_back_is_taken_over_within_two_leases(
    make_world: Callable[..., World], clock: FakeClock, gate: Gate, dies_first: bool
) -> None:
    first, second = make_world(), make_world()
    keeper = Keeper(second)
    keeper.sweep()
    execution = in_flight(first, gate)
    clock.jump_ms(-HOUR_MS)
    if not dies_first:
        first.worker.heartbeat()
    lost(first)
    gate.open.set()
    for _ in range(2 * second.limits.lease_ms // 1000 + 2):
        keeper.sweep()
        clock.advance_ms(1_000)
    completed_once(second, execution)


def test_a_schedule_fires_each_tick_at_most_once_whatever_the_clock_does(
    make_world: Callable[..., World], clock: FakeClock
) -> None:
    worlds = [make_world(catalogue=Registry()) for _ in range(2)]
    create_flow(worlds[0], ALICE, ticking("http://127.0.0.1:9", 60_000))
    publish_flow(worlds[0], ALICE, "ticking")
    keepers = [Keeper(world) for world in worlds]
    expected = 0
    for jump_ms, new in [(0, 1), (HOUR_MS, 2), (-HOUR_MS, 0), (HOUR_MS, 1)]:
        clock.jump_ms(jump_ms)
        for _ in range(2 if jump_ms > 0 and new == 2 else 1):
            clock.advance_ms(60_000)
            for keeper in keepers * 2:
                keeper.sweep()
        expected += new
        started = worlds[0].journal.list(ExecutionQuery("personal", flow="ticking", limit=250))
        assert len(started) == expected


class Shifted(SystemClock):
    """The system's clock, whose wall time can be set."""

    def __init__(self) -> None:
        self.by_us = 0

    def now_us(self) -> int:
        return super().now_us() + self.by_us


def test_a_keeper_asleep_does_not_oversleep_when_the_clock_is_set_back(
    make_world: Callable[..., World],
) -> None:
    clock = Shifted()
    world = make_world(clock=clock, drive_here=False)
    keeper = Keeper(world, sweep_ms=100)
    keeper.start()
    try:
        until(lambda: keeper.swept_us > 0)
        clock.by_us = -HOUR_MS * 1000
        world.waker.ring_through = None  # type: ignore[attr-defined]
        execution = start_execution(world, ALICE, StartRequest("nap")).execution
        world.waker.rung.clear()  # type: ignore[attr-defined]  # the first ring is lost
        until(lambda: execution in world.waker.rung, 5)  # type: ignore[attr-defined]
    finally:
        keeper.stop()
