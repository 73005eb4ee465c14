"""What a revoked identity has started does not go on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.journal.state import Status
from engine.ports.access_store import Principal
from engine.ports.policy import PERSONAL
from engine.testing.world import ALICE
from engine.usecases import manage_identities as manage
from engine.usecases.control_execution import abort_execution
from engine.usecases.persons import ACTOR_PREFIX
from engine.usecases.start_execution import Started, StartRequest, start_execution
from engine.usecases.world import World
from tests.engine.usecases.test_executions import settled


@pytest.fixture
def service(world: World) -> str:
    """An identity that tokens can stand for."""
    world.access.ensure_personal_subnet(1)
    return manage.create_identity(world, ALICE, "service", "mailer")[0].record.id


def by_token(world: World, identity: str) -> Principal:
    record, text = world.tokens.issue("t", PERSONAL, ("executions:write",), None, identity)
    found = world.tokens.authenticate(text, world.clock.now_us())
    assert found is not None
    assert found.id == record.id
    return found


def at_first_step(world: World, publish: Any, gate: Any, actor: Principal) -> Started:
    publish("f", {"a": "t.act", "b": "t.act"})
    gate.open.clear()
    started = start_execution(world, actor, StartRequest("f", wait="end"))
    assert gate.entered.acquire(timeout=10)
    return started


def test_what_a_revoked_identity_started_pauses_with_the_reason(world, publish, gate, service) -> None:
    started = at_first_step(world, publish, gate, by_token(world, service))
    manage.revoke_identity(world, ALICE, service)
    gate.open.set()
    settled(world, started.execution, Status.PAUSED)
    assert len(gate.acted) == 1
    last = world.journal.entries(started.execution)[-1].fact
    assert last.finding["code"] == "identity_revoked"
    assert "its identity was revoked" in last.reason
    abort_execution(world, ALICE, started.execution)
    settled(world, started.execution, Status.ABORTED)


def test_so_does_what_a_signed_in_person_started(world, publish, gate, service) -> None:
    person = replace(ALICE, id=f"{ACTOR_PREFIX}{service}", identity=service)
    started = at_first_step(world, publish, gate, person)
    manage.revoke_identity(world, ALICE, service)
    gate.open.set()
    settled(world, started.execution, Status.PAUSED)


def test_who_stands_under_a_revoked_identity_has_nothing_of_it(world, publish, gate, service) -> None:
    owner = replace(ALICE, identity=service)
    sub = manage.create_identity(world, owner, "service", "part", delegated=True)[0].record.id
    started = at_first_step(world, publish, gate, replace(ALICE, id=f"{ACTOR_PREFIX}{sub}", identity=sub))
    manage.revoke_identity(world, ALICE, service)
    gate.open.set()
    settled(world, started.execution, Status.PAUSED)


def test_a_revoked_token_does_not_halt_what_its_identity_started(world, publish, gate, service) -> None:
    actor = by_token(world, service)
    started = at_first_step(world, publish, gate, actor)
    world.access.revoke_token(actor.id)
    gate.open.set()
    assert started.future is not None
    assert started.future.result(10).kind == "completed"


def test_others_go_on(world, publish, gate, service) -> None:
    started = at_first_step(world, publish, gate, ALICE)
    manage.revoke_identity(world, ALICE, service)
    gate.open.set()
    assert started.future is not None
    assert started.future.result(10).kind == "completed"
