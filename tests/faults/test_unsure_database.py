"""A database that fails at any call, before or after the call was done, stops nothing for ever."""

from __future__ import annotations

import contextlib
import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from engine.base.errors import DatabaseUnavailable, NodeFailure
from engine.base.limits import Limits
from engine.dispatch.clock import SystemClock
from engine.execution import worker as driver
from engine.flow.model import Edge, Flow, FlowSettings, Step
from engine.journal.state import Status
from engine.ports.step_catalogue import Effect, Signal, StepContext, StepResult, WaitChild, WaitTime
from engine.testing.memory_flow_store import MemoryFlowStore
from engine.testing.memory_journal import MemoryJournal
from engine.testing.policies import FixedPolicies
from engine.testing.steps import DictCatalogue, PlainTrigger, make_type, pass_on, plus_one
from engine.testing.world import ALICE, fake_world
from engine.usecases import relay_outbox
from engine.usecases.keeper import Keeper
from engine.usecases.start_execution import StartRequest, start_execution
from engine.usecases.world import World
from tests.faults.invariants import check_journal, interruptions

FAILING = 0.12
"""How often a call fails."""

EXECUTIONS = 4  # half of them with a truncated history


class Unsure:
    """Wraps a store: any call may raise, before it was done or after it was."""

    def __init__(self, store: Any, draw: random.Random) -> None:
        self._store, self._draw = store, draw
        self._lock = threading.Lock()
        self.failing = 0.0

    def __getattr__(self, name: str) -> Any:
        inner = getattr(self._store, name)
        return self._wrapped(name, inner) if callable(inner) else inner

    def _wrapped(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def unsure(*args: Any, **options: Any) -> Any:
            self._perhaps_fail(name)
            result = call(*args, **options)
            self._perhaps_fail(name)
            return result

        return unsure

    def _perhaps_fail(self, name: str) -> None:
        with self._lock:
            if self._draw.random() < self.failing:
                raise DatabaseUnavailable(f"{name}: the database went away")


class Acts:
    """A step type that acts, and counts by idempotency key."""

    def __init__(self) -> None:
        self.keys: Counter[str] = Counter()
        self._lock = threading.Lock()

    def run(self, context: StepContext) -> StepResult:
        with self._lock:
            self.keys[context.idempotency_key] += 1
        return plus_one(context)


def nap(context: StepContext) -> StepResult:
    return StepResult(wait=WaitTime(context.now_us + 20_000))


def call(context: StepContext) -> StepResult:
    return StepResult(wait=WaitChild("child", context.items))


def goes_on(context: StepContext, signal: Signal) -> StepResult:
    return StepResult({"main": list(signal.payload.get("items") or context.items)})


@pytest.fixture
def acts() -> Acts:
    return Acts()


@pytest.fixture
def worlds(acts: Acts, request: pytest.FixtureRequest) -> Iterator[list[World]]:
    draw = random.Random(request.node.callspec.params["seed"])
    catalogue = DictCatalogue(
        [
            PlainTrigger(),
            make_type("t.act", acts.run, effect=Effect.WRITE),
            make_type("t.add", plus_one),
            make_type("t.pass", pass_on),
            make_type("t.nap", nap, resume=goes_on),
            make_type("t.call", call, resume=goes_on, effect=Effect.WRITE),
        ]
    )
    journal, flows = MemoryJournal(), MemoryFlowStore()
    made = [
        fake_world(
            catalogue,
            SystemClock(),
            journal=Unsure(journal, draw),  # type: ignore[arg-type]
            policies=Unsure(FixedPolicies(), draw),  # type: ignore[arg-type]
            flows=flows,
            limits=Limits(lease_ms=300),
            owner=f"node:{number}",
            seed=number,
        )
        for number in (1, 2)
    ]
    kinds = ["t.act", "t.add", "t.nap", "t.act", "t.call", "t.add", "t.act"]
    publish(made[0], "child", ["t.act"])
    publish(made[0], "whole", kinds)
    publish(made[0], "truncated", kinds, history_facts_max=8)
    yield made
    unsure(made, 0)
    for world in made:
        world.worker.stop(1)


def publish(world: World, id: str, kinds: list[str], **settings: int) -> None:
    steps = tuple(Step(f"s{number}", kind) for number, kind in enumerate(kinds))
    edges = tuple(Edge(a.id, b.id) for a, b in itertools.pairwise(steps))
    flow = Flow(id, id, steps, edges, settings=FlowSettings(**settings))
    world.flows.create("personal", flow, "alice", "", 1)
    world.flows.publish("personal", id, flow.version, (), {}, 1)


def unsure(worlds: list[World], failing: float) -> None:
    for world in worlds:
        world.journal.failing = world.policy.failing = failing  # type: ignore[attr-defined]


def insist(start: Callable[[], Any]) -> None:
    """Ask again, under the same id, until the start is accepted."""
    while True:
        with contextlib.suppress(NodeFailure):
            start()
            return


def keep_house(worlds: list[World], keepers: list[Keeper]) -> None:
    for world, keeper in zip(worlds, keepers, strict=True):
        for chore in (world.worker.heartbeat, keeper.sweep):
            with contextlib.suppress(NodeFailure):
                chore()


@pytest.mark.parametrize("seed", range(20))
def test_every_execution_ends_and_no_completed_step_acts_again(
    worlds: list[World], acts: Acts, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "COMMIT_RETRY_FIRST_MS", 1)
    monkeypatch.setattr(relay_outbox, "RETRY_MS", 20)
    keepers = [Keeper(world, sweep_ms=5) for world in worlds]
    unsure(worlds, FAILING)
    names = [f"exe_{number}" for number in range(EXECUTIONS)]
    for number, name in enumerate(names):
        request = StartRequest("truncated" if number % 2 else "whole", [{"json": {"n": 0}}], id=name)
        insist(lambda number=number, request=request: start_execution(worlds[number % 2], ALICE, request))
    stored = worlds[0].journal._store.stored  # type: ignore[attr-defined]
    deadline = time.monotonic() + 30
    while not (len(stored) == 2 * EXECUTIONS and all(one.header.status.ended for one in stored.values())):
        assert time.monotonic() < deadline, {
            id: (one.header.status, one.header) for id, one in stored.items()
        }
        keep_house(worlds, keepers)
        time.sleep(0.005)
    unsure(worlds, 0)
    expected: Counter[str] = Counter()
    for id, one in stored.items():
        assert one.header.status is Status.COMPLETED, one.header.error
        facts = [entry.fact for entry in worlds[0].journal.load(id)[1]]
        assert len(check_journal(id, facts)) == (7 if id in names else 1)
        if facts[0].TYPE == "checkpoint.created":
            continue  # who was interrupted before is not told any more
        again = interruptions(facts)
        for fact in facts:
            if fact.TYPE == "step.started" and fact.key not in expected:  # type: ignore[attr-defined]
                expected[fact.key] = 1 + again[fact.step]  # type: ignore[attr-defined]
    assert all(acts.keys[key] <= times for key, times in expected.items()), (acts.keys, expected)
