"""Executions under crashes at every edge, from seeds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.base.errors import ErrorInfo
from engine.flow.model import RetryPolicy
from engine.flow.plan import Plan, Ports
from engine.journal.fold import fold
from engine.journal.snapshot import snapshot
from engine.journal.state import ExecutionState, Status, Task
from engine.testing.simulation import Simulation
from tests.engine.execution.flows import plan_of

JOIN = Ports(("left", "right"), ("main",))


def add_one(task: Task, items: list[dict[str, Any]]) -> Any:
    return {"main": [{"json": {"n": item["json"].get("n", 0) + 1}} for item in items]}


def collect(task: Task, items: list[dict[str, Any]]) -> Any:
    return {"main": sorted(items, key=lambda item: item["json"]["n"])}


def pause(task: Task, items: list[dict[str, Any]]) -> Any:
    if task.signal is not None:
        return {"main": items}
    return {"kind": "time", "until_us": 5_000_000_000}


def ask(task: Task, items: list[dict[str, Any]]) -> Any:
    return {"main": items} if task.signal else {"kind": "approval"}


def loop(task: Task, items: list[dict[str, Any]]) -> Any:
    return {"again": items} if items[0]["json"]["n"] < 5 else {"done": items}


def fail_twice(task: Task, items: list[dict[str, Any]]) -> Any:
    if task.attempt < 3:
        return ErrorInfo("network_error", "network_failure", "not now", retryable=True)
    return add_one(task, items)


def always_fail(task: Task, items: list[dict[str, Any]]) -> Any:
    return ErrorInfo("execution_error", "step_failed", "never")


def scenarios() -> dict[str, tuple[Plan, dict[str, Any], dict[str, str]]]:
    chain = plan_of({s: {} for s in "abcd"}, ["a -> b", "b -> c", "c -> d"])
    diamond = plan_of(
        {s: {} for s in "abcj"},
        ["a -> b", "a -> c", "b -> j.left", "c -> j.right"],
        ports={"j": JOIN},
    )
    circle = plan_of(
        {"a": {}, "l": {}, "w": {}, "z": {}},
        ["a -> l", "l.again -> w", "w -> l", "l.done -> z"],
        ports={"l": Ports(("main",), ("again", "done"))},
    )
    waits = plan_of({s: {} for s in "atqz"}, ["a -> t", "t -> q", "q -> z"])
    retries = plan_of(
        {
            "a": {},
            "r": {"retry": RetryPolicy(5)},
            "e": {"on_error": "failure"},
            "h": {},
        },
        ["a -> r", "r -> e", "e.failure -> h"],
    )
    return {
        "chain": (chain, dict.fromkeys("abcd", add_one), {"b": "write", "d": "write"}),
        "diamond": (
            diamond,
            {"a": add_one, "b": add_one, "c": add_one, "j": collect},
            {"b": "write", "c": "read"},
        ),
        "circle": (circle, {"a": add_one, "l": loop, "w": add_one, "z": add_one}, {"w": "write"}),
        "waits": (waits, {"a": add_one, "t": pause, "q": ask, "z": add_one}, {"a": "write", "z": "write"}),
        "retries": (
            retries,
            {"a": add_one, "r": fail_twice, "e": always_fail, "h": lambda t, items: {"main": items}},
            {"r": "write"},
        ),
    }


def results(state: ExecutionState) -> dict[str, Any]:
    return {
        step: {index: (run.status, run.output_cid) for index, run in runs.items()}
        for step, runs in state.runs.items()
    }


@pytest.mark.parametrize("name", scenarios())
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_crashes_change_nothing_but_the_time(name: str, seed: int) -> None:
    plan, behaviours, effects = scenarios()[name]
    calm = Simulation(plan, behaviours, effects, seed).run([{"json": {"n": 0}}])
    stormy = Simulation(plan, behaviours, effects, seed, crash=0.15)
    state = stormy.run([{"json": {"n": 0}}])
    assert state.status is calm.status is Status.COMPLETED
    assert results(state) == results(calm)
    assert stormy.world.completed_then_begun == []


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_without_a_crash_every_effect_happens_once(seed: int) -> None:
    for plan, behaviours, effects in scenarios().values():
        simulation = Simulation(plan, behaviours, effects, seed)
        simulation.run([{"json": {"n": 0}}])
        retried = {key for key in simulation.world.effects if key.startswith("r/")}
        assert all(n == 1 for key, n in simulation.world.effects.items() if key not in retried)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_folding_the_journal_gives_the_state_the_driver_had(seed: int) -> None:
    for plan, behaviours, effects in scenarios().values():
        simulation = Simulation(plan, behaviours, effects, seed, crash=0.1)
        state = simulation.run([{"json": {"n": 0}}])
        assert snapshot(fold(plan, simulation.world.journal)) == snapshot(state)


def test_a_run_is_reproduced_by_its_seed() -> None:
    plan, behaviours, effects = scenarios()["diamond"]
    runs = [Simulation(plan, behaviours, effects, 7, crash=0.2) for _ in range(2)]
    for simulation in runs:
        simulation.run([{"json": {"n": 0}}])
    assert runs[0].world.journal == runs[1].world.journal
