"""Quotas of subnets: what is refused, with which words, and whom it does not touch."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from engine.base.errors import QuotaExceeded
from engine.dispatch.clock import SystemClock
from engine.flow.model import Edge, Flow, Step
from engine.journal.facts import ExecutionPaused
from engine.journal.state import Status
from engine.ports.access_store import Principal
from engine.ports.policy import PERSONAL, Budget, Policy
from engine.ports.step_catalogue import StepContext, StepResult
from engine.ports.usage import UsageDay
from engine.testing.clock import FakeClock
from engine.testing.memory_access import MemoryAccess
from engine.testing.memory_blocks import MemoryBlocks
from engine.testing.policies import FixedPolicies
from engine.testing.steps import DictCatalogue, PlainTrigger, make_type, pass_on
from engine.testing.world import ALICE, CHARLIE, fake_world
from engine.usecases.change_access import issue_token, revoke_token
from engine.usecases.create_flow import create_flow
from engine.usecases.keeper import Keeper
from engine.usecases.quotas import RECOUNT_US, Quotas, RoomyBlocks
from engine.usecases.start_execution import Started, StartRequest, start_execution
from engine.usecases.world import World
from tests.engine.usecases.test_executions import until

OTHER = CHARLIE.subnet


@pytest.fixture
def world(catalogue: Any) -> Iterator[World]:
    """Two subnets with the same flow of three pure steps."""
    access = MemoryAccess()
    access.ensure_personal_subnet(1)
    access.create_subnet(OTHER, "Elsewhere", 1)
    made = fake_world(catalogue, SystemClock(), access=access, policies=FixedPolicies(Policy(OTHER)))
    for subnet in (PERSONAL, OTHER):
        steps = tuple(Step(name, "t.add") for name in "abc")
        flow = Flow("f", "f", steps, (Edge("a", "b"), Edge("b", "c")))
        made.flows.create(subnet, flow, "someone", "", 1)
        made.flows.publish(subnet, "f", flow.version, (), {}, 1)
    yield made
    made.worker.stop(1)


def limit(world: World, subnet: str, **limits: int) -> None:
    policies = world.policy.policies  # type: ignore[attr-defined]
    policies[subnet] = replace(policies[subnet], limits=world.limits.lowered_by(limits))


def begun(world: World, actor: Principal = CHARLIE) -> Started:
    return start_execution(world, actor, StartRequest("f", wait="end", items=[{"json": {"n": 0}}]))


def ended(started: Started) -> str:
    assert started.future is not None
    return started.future.result(30).kind


def test_executions_of_a_day_are_counted_and_refused_with_the_time_when_it_frees(world: World) -> None:
    limit(world, OTHER, executions_per_day_max=2)
    assert [ended(begun(world)) for _ in range(2)] == ["completed"] * 2
    with pytest.raises(QuotaExceeded, match="at most 2 executions today") as refused:
        begun(world)
    details = refused.value.details
    assert (details["quota"], details["limit"]) == ("executions_per_day_max", 2)
    assert 0 < details["retry_after_s"] <= 86_400
    assert ended(begun(world, ALICE)) == "completed"


def test_flows_and_tokens_are_counted(world: World) -> None:
    limit(world, OTHER, flows_max=2, tokens_max=1)
    definition = {"id": "g", "steps": [{"id": "a", "type": "t.add"}]}
    create_flow(world, CHARLIE, definition, draft=True)
    with pytest.raises(QuotaExceeded, match="flows_max"):
        create_flow(world, CHARLIE, {**definition, "id": "h"}, draft=True)
    create_flow(world, ALICE, {**definition, "id": "h"}, draft=True)
    one, _ = issue_token(world, CHARLIE, "one", ("admin",), None)
    with pytest.raises(QuotaExceeded, match="tokens_max"):
        issue_token(world, CHARLIE, "two", ("admin",), None)
    revoke_token(world, CHARLIE, one.id)
    issue_token(world, CHARLIE, "two", ("admin",), None)


def test_steps_beyond_the_pace_wait_and_do_not_fail(world: World) -> None:
    limit(world, OTHER, steps_per_minute_max=600)  # a burst of 100, then one each tenth of a second
    slow = [begun(world) for _ in range(36)]
    assert ended(begun(world, ALICE)) == "completed", "another subnet is not slowed down"
    assert [ended(one) for one in slow] == ["completed"] * 36


def test_what_must_wait_still_hears_signals(world: World) -> None:
    from engine.usecases.control_execution import abort_execution

    limit(world, OTHER, steps_per_minute_max=1)
    assert begun(world).execution
    started = begun(world)
    until(lambda: world.journal.header(started.execution).status.value == "running")
    abort_execution(world, CHARLIE, started.execution)
    assert ended(started) == "aborted"


class Stored:
    """Usage as the database would tell it."""

    def __init__(self, size: int) -> None:
        self.size, self.asked = size, 0

    def note_stored(self, subnet: str, day: str) -> UsageDay:
        self.asked += 1
        return UsageDay(day, blocks=1, stored_bytes=self.size)


def test_bytes_beyond_the_quota_are_not_stored() -> None:
    clock, usage = FakeClock(), Stored(60)
    limits = Policy(OTHER).limits.lowered_by({"stored_bytes_max": 100})
    policies = FixedPolicies(Policy(OTHER, limits=limits))
    unused: Any = None
    store = MemoryBlocks()
    blocks = RoomyBlocks(store, Quotas(policies, usage, unused, unused, clock))  # type: ignore[arg-type]
    cid = blocks.put(OTHER, b"x" * 30)
    assert blocks.get(OTHER, cid) == b"x" * 30
    with pytest.raises(QuotaExceeded, match="stored_bytes_max"):
        blocks.put(OTHER, b"y" * 11)
    assert blocks.cids(OTHER) == [cid]
    blocks.put(OTHER, b"z" * 10)
    assert usage.asked == 1
    usage.size = 0
    clock.advance_ms(RECOUNT_US / 1000)
    blocks.put(OTHER, b"y" * 90)
    blocks.put(PERSONAL, b"y" * 1000)


def test_the_flood_of_one_subnet_does_not_delay_the_first_step_of_another() -> None:
    order, entered, opened = list[str](), threading.Event(), threading.Event()

    def note(context: StepContext) -> StepResult:
        order.append(context.flow.id)
        entered.set()
        assert opened.wait(30)
        return pass_on(context)

    access = MemoryAccess()
    policies = FixedPolicies(Policy(OTHER))
    types = DictCatalogue([PlainTrigger(), make_type("t.note", note)])
    world = fake_world(types, SystemClock(), access=access, policies=policies, drivers=1)
    for subnet, name in ((OTHER, "flood"), (PERSONAL, "calm")):
        flow = Flow(name, name, (Step("a", "t.note"),))
        world.flows.create(subnet, flow, "someone", "", 1)
        world.flows.publish(subnet, name, flow.version, (), {}, 1)
    for _ in range(40):
        start_execution(world, CHARLIE, StartRequest("flood"))
    assert entered.wait(30)
    start_execution(world, ALICE, StartRequest("calm"))
    opened.set()
    until(lambda: order.count("flood") == 40 and "calm" in order)
    assert order.index("calm") <= 2, order
    world.worker.stop(1)


def budget(world: World, **parts: int) -> None:
    policies = world.policy.policies  # type: ignore[attr-defined]
    found = policies[OTHER]
    policies[OTHER] = replace(found, revision=found.revision + 1, budget=Budget(**parts))


def test_a_budget_is_a_further_bound_of_what_a_subnet_starts(world: World) -> None:
    limit(world, OTHER, executions_per_day_max=2)
    budget(world, executions=1)
    assert ended(begun(world)) == "completed"
    with pytest.raises(QuotaExceeded, match="at most 1 executions today") as refused:
        begun(world)
    assert refused.value.details["quota"] == "budget"
    assert ended(begun(world, ALICE)) == "completed"


def test_where_the_budget_is_spent_nothing_starts_and_what_runs_waits_for_more(
    world: World, gate: Any
) -> None:
    """Its executions pause before their next step, and go on when the members vote for more."""
    flow = Flow("g", "g", (Step("a", "t.act"), Step("b", "t.add")), (Edge("a", "b"),))
    world.flows.create(OTHER, flow, "someone", "", 1)
    world.flows.publish(OTHER, "g", flow.version, (), {}, 1)
    keeper = Keeper(world)
    keeper.sweep()
    gate.open.clear()
    id = start_execution(world, CHARLIE, StartRequest("g", [{"json": {"n": 0}}])).execution
    assert gate.entered.acquire(timeout=30)
    budget(world, steps=0)
    with pytest.raises(QuotaExceeded, match="at most 0 steps a day"):
        begun(world)
    assert ended(begun(world, ALICE)) == "completed"
    gate.open.set()
    until(lambda: world.journal.header(id).status is Status.PAUSED)
    (pause,) = [one.fact for one in world.journal.load(id)[1] if isinstance(one.fact, ExecutionPaused)]
    assert "the budget of subnet 'elsewhere': it used" in pause.reason
    assert pause.finding["code"] == "budget_spent"
    budget(world, steps=100)
    keeper.sweep()
    until(lambda: world.journal.header(id).status is Status.COMPLETED)
