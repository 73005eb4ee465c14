"""Steps in a row that are asked for at once: nothing but the number of calls is different."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from dataclasses import fields
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.base.limits import Limits
from engine.dispatch.clock import SystemClock
from engine.execution.foresight import Seer
from engine.execution.runner import Attempt
from engine.journal import facts as f
from engine.ports.policy import Policy
from engine.sandbox.wasm_sandbox import WasmSandbox, cache_directory
from engine.steps.registry import Registry
from engine.testing.policies import FixedPolicies
from engine.testing.world import ALICE, fake_world
from engine.usecases.create_flow import create_flow
from engine.usecases.start_execution import StartRequest, start_execution
from engine.usecases.world import World

ITEMS = [{"json": {"n": 1, "list": [3, 1]}}, {"json": {"n": 2.5, "list": []}}]
CHANGING = {"at_us", "started_us", "key", "fuel", "usage", "receipts_root", "head", "seed"}
"""What differs between two executions of the same flow, and may."""


class Counting(WasmSandbox):
    """Counts its calls."""

    def __init__(self) -> None:
        super().__init__(cache_directory())
        self.forget()

    def forget(self) -> None:
        self.alone, self.rows = 0, list[int]()

    def evaluate(self, batch: Any, limits: Any) -> Any:
        self.alone += 1
        return super().evaluate(batch, limits)

    def run_code(self, request: Any, limits: Any, host: Any = None) -> Any:
        self.alone += 1
        return super().run_code(request, limits, host)

    def foresee(self, items: Any, row: Any, limits: Any) -> Any:
        self.rows.append(len(row.calls))
        return super().foresee(items, row, limits)


@pytest.fixture(scope="module")
def sandbox() -> Counting:
    return Counting()


Open = Callable[..., World]


@pytest.fixture
def opened(sandbox: Counting) -> Iterator[Open]:
    worlds: list[World] = []

    def one(*, blind: bool = False, **policy: Any) -> World:
        made = fake_world(
            Registry(), SystemClock(), sandbox=sandbox, policies=FixedPolicies(Policy("personal", **policy))
        )
        if blind:
            made.worker.services.outlook.begins_at = lambda step: False  # type: ignore[method-assign]
        worlds.append(made)
        return made

    yield one
    for world in worlds:
        world.worker.stop(1)


def ran(world: World, flow: str, items: list[dict[str, Any]] = ITEMS) -> tuple[Any, list[f.Fact]]:
    """The outcome and the facts of one execution."""
    started = start_execution(world, ALICE, StartRequest(flow, items, mode="manual", wait="end"))
    assert started.future is not None
    outcome = started.future.result(60)
    return outcome, [entry.fact for entry in world.journal.entries(started.execution)]


def told(facts: list[f.Fact]) -> list[Any]:
    """What facts say, but for times and what follows from them."""
    return [
        (
            fact.TYPE,
            {spec.name: getattr(fact, spec.name) for spec in fields(fact) if spec.name not in CHANGING},
        )
        for fact in facts
    ]


def deployed(world: World, steps: list[dict[str, Any]], items: list[dict[str, Any]] = ITEMS) -> str:
    """A flow of these steps in a row, that ran once: what the gate said then is remembered."""
    flow = "f"
    create_flow(world, ALICE, {"id": flow, "name": "F", "steps": steps})
    ran(world, flow, items)
    return flow


def row(*steps: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
    made = [{"id": f"s{at}", "action": action, "params": params} for at, (action, params) in enumerate(steps)]
    for before, after in pairwise(made):
        before["onSuccess"] = after["id"]
    return made


def sets(keep: str = "all", **values: Any) -> tuple[str, dict[str, Any]]:
    return "data.set", {"keep": keep, "fields": values}


def typed(kind: str, value: Any) -> tuple[str, dict[str, Any]]:
    return "data.set", {"values": [{"name": "t", "type": kind, "value": value}]}


def code(source: str, mode: str = "all") -> tuple[str, dict[str, Any]]:
    return "code.javascript", {"code": source, "mode": mode}


ADD = sets(n="{{ ($json.n ?? 0) + 1 }}")
STEPS = [
    ADD,
    sets("none", n="{{ $json.n }}", s="{{ $itemIndex }}"),
    sets(fixed=[1, {"a": None}]),
    sets(**{"a.b": "{{ $json.n }}"}),
    sets(late="{{ $now.year }}"),
    sets(back="{{ $('s0').first().json }}"),
    typed("number", "{{ '7' }}"),
    typed("string", "{{ $json.n }}"),
    typed("array", "{{ $json.list ?? [] }}"),
    typed("object", "{{ $json }}"),
    code("return items"),
    code("return items.map(({ json }) => ({ json: { ...json, big: 2 ** 60, big2: 1e21 } }))"),
    code("return [{ json: { n: items.length, list: [] } }]"),
    code("console.log($runIndex); $json.r = Math.random() < 2; return $input.item", "each"),
    code("return [{ json: { url: typeof $execution.resumeUrl, mine: Object.keys($parameter ?? {}) } }]"),
    ("data.limit", {"count": 1}),
    ("flow.noop", {}),
]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(STEPS), min_size=2, max_size=7))
def test_facts_and_receipts_are_those_of_steps_asked_for_one_by_one(opened, steps):
    seeing, blind = opened(), opened(blind=True)
    flow = row(*steps)
    for world in (seeing, blind):
        create_flow(world, ALICE, {"id": "f", "name": "F", "steps": flow})
    for _ in range(2):  # the second time the gate has let all steps pass before
        (seen, facts), (alone, others) = ran(seeing, "f"), ran(blind, "f")
        assert told(facts) == told(others)
        assert (seen.kind, seen.items) == (alone.kind, alone.items)


def test_a_row_takes_one_call(opened, sandbox):
    world = opened()
    flow = deployed(world, row(*[ADD] * 5, code("return items"), *[ADD] * 5))
    sandbox.forget()
    outcome, _ = ran(world, flow)
    assert [item["json"]["n"] for item in outcome.items] == [11, 12.5]
    assert (sandbox.alone, sandbox.rows) == (0, [11])


def test_every_step_has_its_receipt_with_a_share_of_the_fuel(opened):
    world = opened()
    flow = deployed(world, row(*[ADD] * 4))
    completed = [fact for fact in ran(world, flow)[1] if isinstance(fact, f.StepCompleted)]
    assert [fact.step for fact in completed] == ["s0", "s1", "s2", "s3"]
    assert all(fact.fuel and fact.usage["wall_us"] and fact.usage["memory_bytes"] for fact in completed)
    assert sum(completed[1].fuel == fact.fuel for fact in completed) >= 3


def test_a_step_that_never_ends_is_stopped_and_told_of_as_that_step(opened, sandbox):
    world = opened(limits=Limits(sandbox_deadline_ms=300))
    endless = code("if (items[0].json.n > 3) for (;;) {} return items")
    few = [{"json": {"n": 0}}]
    flow = deployed(world, row(ADD, ADD, endless, ADD), few)
    sandbox.forget()
    outcome, facts = ran(world, flow, [{"json": {"n": 5}}])
    assert outcome.kind == "failed"
    assert (outcome.error.step, outcome.error.code) == ("s2", "sandbox_violation")
    assert [fact.step for fact in facts if isinstance(fact, f.StepCompleted)] == ["s0", "s1"]
    assert (sandbox.alone, sandbox.rows) == (3, [4])
    sandbox.forget()  # from now on they are asked for one by one
    assert ran(world, flow, few)[0].kind == "completed"
    assert (sandbox.alone, sandbox.rows) == (4, [])


def test_a_first_step_that_fails_once_begins_rows_all_the_same(opened, sandbox):
    world = opened()
    picky = code("if (items[0].json.n > 3) throw new Error('too many'); return items")
    few = [{"json": {"n": 0}}]
    flow = deployed(world, row(picky, ADD, ADD), few)
    assert ran(world, flow, [{"json": {"n": 5}}])[0].error.step == "s0"
    sandbox.forget()
    assert ran(world, flow, few)[0].kind == "completed"
    assert (sandbox.alone, sandbox.rows) == (0, [3])


def test_code_that_the_policy_refuses_is_not_run_ahead_of_its_time(opened, sandbox):
    world = opened(code="none")
    flow = row(ADD, ADD, code("return items"))
    create_flow(world, ALICE, {"id": "f", "name": "F", "steps": flow})
    for _ in range(2):
        sandbox.forget()
        outcome, _ = ran(world, "f")
        assert (outcome.kind, outcome.error.step) == ("failed", "s2")
        assert sandbox.rows in ([], [2])


def test_an_execution_leaves_nothing_that_only_the_collector_of_garbage_finds(opened):
    world = opened()
    flow = deployed(world, row(*[ADD] * 3, code("return items")))
    gc.collect()
    gc.disable()
    try:
        ran(world, flow)
        left = [kept for kept in gc.get_objects() if issubclass(type(kept), Attempt | Seer)]
    finally:
        gc.enable()
    assert left == []


def test_the_first_time_no_step_is_run_before_the_gate_let_it_pass(opened, sandbox):
    world = opened()
    create_flow(world, ALICE, {"id": "f", "name": "F", "steps": row(ADD, ADD)})
    sandbox.forget()
    ran(world, "f")
    assert (sandbox.alone, sandbox.rows) == (2, [])


def test_a_step_that_was_foretold_wrong_is_not_foretold_again(opened, sandbox):
    world = opened()
    flow = deployed(world, row(ADD, sets(big=2**60 + 1), ADD, ADD))
    ran(world, flow)
    sandbox.forget()
    ran(world, flow)
    assert (sandbox.alone, sandbox.rows) == (2, [2])
