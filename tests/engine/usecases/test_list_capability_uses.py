"""Who may see what capability tokens were used for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.base.errors import PermissionDenied, UnknownObject
from engine.ports.capabilities import CapabilityUse, UseQuery
from engine.ports.journal_store import Commit
from engine.ports.policy import PERSONAL
from engine.testing.clock import FakeClock
from engine.testing.memory_capabilities import MemoryCapabilityStore
from engine.testing.memory_journal import MemoryJournal
from engine.testing.steps import DictCatalogue
from engine.testing.world import ALICE, BOB, CHARLIE, fake_world
from engine.usecases.list_capability_uses import list_capability_uses
from engine.usecases.world import World
from tests.engine.contract.samples import header

USE = CapabilityUse("use_1", PERSONAL, "exe_1", "s", 0, 1, "cap_1", "kv", {}, True, "grant 0", 1)


@pytest.fixture
def audit() -> MemoryCapabilityStore:
    """Two uses of one execution, and one elsewhere."""
    store = MemoryCapabilityStore()
    for number in (1, 2):
        store.record(replace(USE, id=f"use_{number}"))
    store.record(replace(USE, id="use_3", subnet="elsewhere", execution="exe_9"))
    return store


@pytest.fixture
def world(audit: MemoryCapabilityStore) -> World:
    """A world with that execution."""
    journal = MemoryJournal()
    journal.create(Commit(header("exe_1", subnet=PERSONAL), 0, ()))
    return fake_world(DictCatalogue([]), FakeClock(), journal=journal, capability_store=audit)


def test_uses_of_ones_own_subnet_are_listed(world: World) -> None:
    found = list_capability_uses(world, ALICE, UseQuery("elsewhere"))
    assert [use.id for use in found] == ["use_2", "use_1"], "the subnet is the actor's, whatever is asked"
    assert len(list_capability_uses(world, ALICE, UseQuery(PERSONAL, limit=0))) == 1


def test_who_reads_executions_sees_the_uses_of_one(world: World) -> None:
    assert len(list_capability_uses(world, BOB, UseQuery(PERSONAL, execution="exe_1"))) == 2
    with pytest.raises(PermissionDenied):
        list_capability_uses(world, BOB, UseQuery(PERSONAL))


def test_an_execution_of_another_subnet_does_not_exist(world: World) -> None:
    with pytest.raises(UnknownObject):
        list_capability_uses(world, CHARLIE, UseQuery(PERSONAL, execution="exe_1"))
    assert [use.id for use in list_capability_uses(world, CHARLIE, UseQuery(PERSONAL))] == ["use_3"]
