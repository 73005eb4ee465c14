"""Subnets that are suspended, resumed and deleted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine.base.errors import InvalidInput, PermissionDenied, SubnetSuspended, UnknownObject, WrongState
from engine.dispatch.clock import SystemClock
from engine.flow.model import Edge, Flow, Step
from engine.journal.state import Status
from engine.ports.flow_store import Registration
from engine.ports.policy import PERSONAL, Policy
from engine.ports.quarantine import LIFTED_EVENT
from engine.testing.memory_access import MemoryAccess
from engine.testing.policies import FixedPolicies
from engine.testing.world import ALICE, CHARLIE, fake_world
from engine.usecases import subnet_life
from engine.usecases.control_execution import resume_execution
from engine.usecases.fire_schedules import fire_schedules
from engine.usecases.keeper import Keeper
from engine.usecases.lift_quarantine import lift_quarantine
from engine.usecases.manage_holds import NewHold, place_hold, release_hold
from engine.usecases.manage_subnets import create_subnet, list_subnets
from engine.usecases.start_execution import Started, StartRequest, start_execution
from engine.usecases.subnet_life import (
    delete_subnet,
    finish_ending,
    resume_subnet,
    standing,
    suspend_subnet,
)
from engine.usecases.world import World
from tests.engine.usecases.test_executions import settled, until

OTHER = CHARLIE.subnet


@pytest.fixture
def world(catalogue: Any) -> Iterator[World]:
    """A node with a second subnet, Charlie's, which has a flow of two steps."""
    access = MemoryAccess()
    access.ensure_personal_subnet(1)
    access.create_subnet(OTHER, "Elsewhere", 1)
    made = fake_world(catalogue, SystemClock(), access=access, policies=FixedPolicies(Policy(OTHER)))
    for subnet in (PERSONAL, OTHER):
        flow = Flow("f", "f", (Step("a", "t.act"), Step("b", "t.act")), (Edge("a", "b"),))
        made.flows.create(subnet, flow, "someone", "", 1)
        made.flows.publish(subnet, "f", flow.version, (), {}, 1)
    yield made
    made.worker.stop(1)


def begun(world: World, actor: Any = CHARLIE) -> Started:
    return start_execution(world, actor, StartRequest("f", wait="end", items=[{"json": {"n": 0}}]))


def at_first_step(world: World, gate: Any) -> Started:
    """An execution whose first step acts, and waits for the gate."""
    gate.open.clear()
    started = begun(world)
    assert gate.entered.acquire(timeout=10)
    return started


class TestSuspension:
    """Nothing starts, what runs pauses, and all of it goes on afterwards."""

    def test_nothing_starts_in_a_suspended_subnet(self, world: World) -> None:
        suspend_subnet(world, ALICE, OTHER, "the bill is not paid")
        with pytest.raises(SubnetSuspended, match="the bill is not paid"):
            begun(world)
        assert standing(world, world.access.subnet(OTHER)) == ("suspended", "the bill is not paid")

    def test_another_subnet_goes_on(self, world: World) -> None:
        suspend_subnet(world, ALICE, OTHER, "unpaid")
        future = begun(world, ALICE).future
        assert future is not None
        assert future.result(10).kind == "completed"

    def test_what_runs_pauses_before_its_next_step_and_goes_on(self, world: World, gate: Any) -> None:
        started = at_first_step(world, gate)
        suspend_subnet(world, ALICE, OTHER, "unpaid")
        gate.open.set()
        settled(world, started.execution, Status.PAUSED)
        assert len(gate.acted) == 1
        assert "unpaid" in str(world.journal.entries(started.execution)[-1].fact)
        resume_subnet(world, ALICE, OTHER)
        assert started.future is not None
        assert started.future.result(10).kind == "completed"

    def test_its_members_cannot_resume_what_is_paused(self, world: World, gate: Any) -> None:
        started = at_first_step(world, gate)
        suspend_subnet(world, ALICE, OTHER, "unpaid")
        gate.open.set()
        settled(world, started.execution, Status.PAUSED)
        before = world.journal.header(started.execution).sequence
        resume_execution(world, CHARLIE, started.execution)
        until(lambda: world.journal.header(started.execution).sequence > before)
        settled(world, started.execution, Status.PAUSED)
        assert len(gate.acted) == 1

    def test_its_members_cannot_lift_it(self, world: World) -> None:
        suspend_subnet(world, ALICE, OTHER, "unpaid")
        with pytest.raises(UnknownObject):
            lift_quarantine(world, CHARLIE, OTHER)
        assert all(name != LIFTED_EVENT for _, name, _ in world.notifier.events)  # type: ignore[attr-defined]

    def test_its_schedules_stay_due(self, world: World) -> None:
        tick = Registration("schedule", "a", "a", {})
        version = world.flows.record(OTHER, "f").revision
        world.flows.publish(OTHER, "f", version, (tick,), {"a": 1}, 1)
        suspend_subnet(world, ALICE, OTHER, "unpaid")
        assert fire_schedules(world) == 0
        assert [one.next_us for one in world.flows.schedules_due(world.clock.now_us())] == [1]

    def test_what_waits_in_its_lanes_stays_there(self, world: World, gate: Any) -> None:
        policies = world.policy.policies  # type: ignore[attr-defined]
        policies[OTHER] = Policy(OTHER, limits=world.limits.lowered_by({"executions_running_max": 1}))
        first = at_first_step(world, gate)
        second = begun(world)
        assert second.pending
        suspend_subnet(world, ALICE, OTHER, "unpaid")
        gate.open.set()
        settled(world, first.execution, Status.PAUSED)
        Keeper(world).sweep()
        assert world.journal.header(second.execution).status is Status.PENDING

    def test_only_who_keeps_the_node_suspends_and_never_its_own(self, world: World) -> None:
        with pytest.raises(PermissionDenied):
            suspend_subnet(world, CHARLIE, OTHER, "mine")
        with pytest.raises(WrongState, match="personal"):
            suspend_subnet(world, ALICE, PERSONAL, "oops")
        with pytest.raises(UnknownObject):
            suspend_subnet(world, ALICE, "nowhere", "who?")
        with pytest.raises(InvalidInput, match="reason"):
            suspend_subnet(world, ALICE, OTHER, "")
        with pytest.raises(WrongState, match="not suspended"):
            resume_subnet(world, ALICE, OTHER)


class TestDeleting:
    """Everything is halted, then erased; the id is gone for ever."""

    def test_what_runs_is_aborted_before_anything_is_erased(
        self, world: World, gate: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(subnet_life, "SETTLE_US", 0)
        started = at_first_step(world, gate)
        delete_subnet(world, ALICE, OTHER)
        assert finish_ending(world) == 0
        assert standing(world, world.access.subnet(OTHER)) == ("deleting", "")
        settled(world, started.execution, Status.ABORTED)
        assert finish_ending(world) == 1
        assert [one.id for one in list_subnets(world, ALICE)] == [PERSONAL]

    def test_nothing_is_erased_as_long_as_somebody_may_not_have_heard_of_it(self, world: World) -> None:
        delete_subnet(world, ALICE, OTHER)
        assert finish_ending(world) == 0

    def test_its_tokens_count_no_more_at_once(self, world: World) -> None:
        _, text = world.tokens.issue("one", OTHER, ("admin",), None)
        delete_subnet(world, ALICE, OTHER)
        assert world.tokens.authenticate(text, world.clock.now_us()) is None

    def test_its_keys_are_destroyed(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(subnet_life, "SETTLE_US", 0)
        for subnet in (OTHER, PERSONAL):
            world.cipher.seal(subnet, "flows", b"words", b"place")
        delete_subnet(world, ALICE, OTHER)
        finish_ending(world)
        assert world.keys.status(OTHER) == []
        assert world.keys.status(PERSONAL) != []

    def test_its_id_is_never_given_again(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(subnet_life, "SETTLE_US", 0)
        delete_subnet(world, ALICE, OTHER)
        finish_ending(world)
        with pytest.raises(WrongState, match="was one"):
            create_subnet(world, ALICE, OTHER)

    def test_it_is_not_resumed_while_it_is_being_deleted(self, world: World) -> None:
        delete_subnet(world, ALICE, OTHER)
        delete_subnet(world, ALICE, OTHER)
        with pytest.raises(WrongState, match="being deleted"):
            resume_subnet(world, ALICE, OTHER)


def test_a_subnet_with_evidence_on_hold_is_not_deleted(world: World) -> None:
    hold = place_hold(world, CHARLIE, NewHold("identity", "case 7", "ann"))
    with pytest.raises(WrongState, match=hold.id):
        delete_subnet(world, ALICE, OTHER)
    assert standing(world, world.access.subnet(OTHER)) == ("active", "")
    release_hold(world, CHARLIE, hold.id)
    assert delete_subnet(world, ALICE, OTHER).ending_us is not None
