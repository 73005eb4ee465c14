"""One firing per schedule and tick, whoever else tries."""

from __future__ import annotations

import threading

import pytest

from engine.ports.journal_store import ExecutionQuery
from engine.steps.registry import Registry
from engine.testing.clock import FakeClock
from engine.testing.memory_flow_store import MemoryFlowStore
from engine.testing.memory_journal import MemoryJournal
from engine.testing.world import ALICE, fake_world
from engine.usecases.create_flow import create_flow
from engine.usecases.fire_schedules import fire_schedules
from engine.usecases.publish_flow import publish_flow

EVERY_MINUTE = {
    "id": "tick",
    "name": "Tick",
    "version": "1.0.0",
    "owner": "alice",
    "steps": [
        {"id": "clock", "type": "trigger.schedule", "params": {"intervalMs": 60_000}, "onSuccess": "end"},
        {"id": "end", "type": "flow.noop"},
    ],
}


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def worlds(clock):
    shared = {"journal": MemoryJournal(), "flows": MemoryFlowStore()}
    made = [fake_world(Registry(), clock, owner=f"node:{n}", seed=n, **shared) for n in (1, 2)]
    create_flow(made[0], ALICE, EVERY_MINUTE)
    publish_flow(made[0], ALICE, "tick")
    yield made
    for world in made:
        world.worker.stop(1)


def fired(world) -> int:
    return len(world.journal.list(ExecutionQuery("personal", flow="tick", limit=250)))


def test_nothing_fires_before_its_tick(worlds, clock):
    assert fire_schedules(worlds[0]) == 0


def test_two_schedulers_fire_every_tick_once(worlds, clock):
    for _ in range(20):
        clock.advance_ms(60_000)
        threads = [threading.Thread(target=fire_schedules, args=(world,)) for world in worlds]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert fired(worlds[0]) == 20


def test_ticks_missed_while_no_node_was_up_fire_once(worlds, clock):
    clock.advance_ms(60_000 * 500)
    for _ in range(3):
        fire_schedules(worlds[0])
    assert fired(worlds[0]) == 1
    clock.advance_ms(60_000)
    fire_schedules(worlds[0])
    assert fired(worlds[0]) == 2


def test_a_clock_that_jumps_back_does_not_fire_a_tick_again(worlds, clock):
    clock.advance_ms(60_000)
    fire_schedules(worlds[0])
    clock.jump_ms(-600_000)
    for _ in range(5):
        clock.advance_ms(30_000)
        fire_schedules(worlds[1])
    assert fired(worlds[0]) == 1


def test_a_crash_between_start_and_advance_does_not_fire_twice(worlds, clock):
    clock.advance_ms(60_000)
    (trigger,) = worlds[0].flows.schedules_due(clock.now_us())
    fire_schedules(worlds[0])
    from engine.usecases.fire_schedules import _start

    _start(worlds[1], trigger, trigger.next_us)  # the scheduler that died comes back and tries again
    assert fired(worlds[0]) == 1
