"""Who may revoke capability tokens."""

from __future__ import annotations

import pytest

from engine.base.errors import InvalidInput, PermissionDenied
from engine.ports.policy import PERSONAL
from engine.testing.clock import FakeClock
from engine.testing.memory_capabilities import MemoryCapabilityStore
from engine.testing.steps import DictCatalogue
from engine.testing.world import ALICE, BOB, CHARLIE, fake_world
from engine.usecases.revoke_capability import revoke_capability

TOKEN = "cap_" + "0" * 26


def test_a_token_is_revoked_in_the_actors_own_subnet_alone() -> None:
    store = MemoryCapabilityStore()
    world = fake_world(DictCatalogue([]), FakeClock(), capability_store=store)
    revoke_capability(world, ALICE, TOKEN, "leaked")
    assert store.revoked(0) == {(PERSONAL, TOKEN)}
    revoke_capability(world, CHARLIE, "f" * 128)
    assert store.revoked(0) == {(PERSONAL, TOKEN), ("elsewhere", "f" * 128)}
    with pytest.raises(PermissionDenied):
        revoke_capability(world, BOB, TOKEN)


@pytest.mark.parametrize("token", ["", "cap_1", "*", "cap_" + "I" * 26, "f" * 127, TOKEN + "\n"])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(InvalidInput, match="no id of a capability token"):
        revoke_capability(fake_world(DictCatalogue([]), FakeClock()), ALICE, token)


def test_a_reason_is_short() -> None:
    with pytest.raises(InvalidInput, match="500"):
        revoke_capability(fake_world(DictCatalogue([]), FakeClock()), ALICE, TOKEN, "x" * 501)
