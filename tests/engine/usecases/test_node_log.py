"""The node's log through the use-cases, checked by the verifier."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from engine.audit.verifier.bundle import Refused
from engine.audit.verifier.growth import verify_growth
from engine.base.errors import PermissionDenied, UnknownObject
from engine.identity.ed25519 import Ed25519
from engine.testing.world import ALICE, BOB
from engine.usecases.export_execution import export_execution
from engine.usecases.node_log import log_growth, log_head
from engine.usecases.world import World
from tests.engine.audit.bundles import IDENTITY, changed, run, signing_world, verified


@pytest.fixture
def world() -> Iterator[World]:
    """A world whose node signs for real."""
    made = signing_world()
    yield made
    made.worker.stop(1)


def test_an_exported_journal_stands_in_the_log(world: World) -> None:
    bundle = export_execution(world, ALICE, run(world, "t.add"))
    assert verified(bundle).logged

    def other_place(value: dict[str, Any]) -> None:
        value["log"]["index"] += 1

    with pytest.raises(Refused) as caught:
        verified(changed(bundle, other_place))
    assert caught.value.where == "log"


def grown(world: World) -> tuple[int, bytes]:
    run(world, "t.add", flow="one")
    before = log_head(world, ALICE)["size"]
    for name in ("two", "three"):
        run(world, "t.add", flow=name)
        world.log.append(world.clock.now_us())
    return before, log_growth(world, ALICE, before)


def test_a_proof_of_growth_is_checked_by_a_stranger(world: World) -> None:
    before, proof = grown(world)
    found = verify_growth(proof, Ed25519().verify, IDENTITY)
    assert (found.before, found.size, found.identity) == (before, before + 2, IDENTITY)


def test_a_flip_of_any_byte_of_a_proof_is_found(world: World) -> None:
    _, proof = grown(world)
    for place in range(len(proof)):
        flipped = bytearray(proof)
        flipped[place] ^= 0x01
        with pytest.raises(Refused):
            verify_growth(bytes(flipped), Ed25519().verify)


def test_a_proof_of_growth_is_no_bundle_and_a_bundle_none(world: World) -> None:
    _, proof = grown(world)
    with pytest.raises(Refused, match="no bundle"):
        verified(proof)
    bundle = export_execution(world, ALICE, run(world, "t.add", flow="x"))
    with pytest.raises(Refused, match="no proof of growth"):
        verify_growth(bundle, Ed25519().verify)


def test_a_size_that_was_never_signed_has_no_proof(world: World) -> None:
    with pytest.raises(UnknownObject, match="empty"):
        log_head(world, ALICE)
    _, proof = grown(world)
    with pytest.raises(UnknownObject, match="never signed with 77 leaves"):
        log_growth(world, ALICE, 77)
    assert json.loads(proof)["form"] == "qflow/growth/1"


def test_only_who_may_read_the_system_sees_the_log(world: World) -> None:
    with pytest.raises(PermissionDenied):
        log_head(world, BOB)
