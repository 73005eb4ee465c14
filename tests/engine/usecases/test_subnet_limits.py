"""What a subnet's administrators lower of what the node gives."""

from __future__ import annotations

import pytest

from engine.base.errors import InvalidInput, PermissionDenied, StaleRevision
from engine.dispatch.clock import SystemClock
from engine.ports.policy import PERSONAL
from engine.steps.registry import Registry
from engine.testing.memory_access import MemoryAccess
from engine.testing.world import ALICE, BOB, fake_world
from engine.usecases.subnet_limits import lower_limits, subnet_limits


@pytest.fixture
def world():
    access = MemoryAccess()
    access.create_subnet(PERSONAL, "Personal", 0)
    made = fake_world(Registry(), SystemClock(), access=access)
    yield made
    made.worker.stop(1)


def test_limits_are_lowered_kept_and_left_to_the_node_again(world):
    before = subnet_limits(world, ALICE)
    assert (before.lowered, before.governed) == ({}, False)
    revision = lower_limits(world, ALICE, {"retention_days": 7, "flows_max": 5}, before.revision)
    revision = lower_limits(world, ALICE, {"flows_max": None, "tokens_max": 2}, revision)
    found = subnet_limits(world, ALICE)
    assert (found.lowered, found.revision) == ({"retention_days": 7, "tokens_max": 2}, revision)
    assert world.access.policy_document(PERSONAL)[1]["limits"] == found.lowered


@pytest.mark.parametrize(
    ("wanted", "wrong"),
    [({"retention_days": 10_000}, "retention_days"), ({"flows_max": -1}, "flows_max"), ({"x": 1}, "x")],
)
def test_what_the_node_does_not_give_is_refused(world, wanted, wrong):
    with pytest.raises(InvalidInput) as caught:
        lower_limits(world, ALICE, wanted, subnet_limits(world, ALICE).revision)
    assert [problem.path for problem in caught.value.problems] == [wrong]


def test_a_change_on_top_of_another_policy_is_refused(world):
    old = subnet_limits(world, ALICE).revision
    lower_limits(world, ALICE, {"flows_max": 5}, old)
    with pytest.raises(StaleRevision):
        lower_limits(world, ALICE, {"flows_max": 6}, old)


def test_only_administrators_change_limits(world):
    with pytest.raises(PermissionDenied):
        lower_limits(world, BOB, {"flows_max": 5}, 1)
    with pytest.raises(PermissionDenied):
        subnet_limits(world, BOB)
