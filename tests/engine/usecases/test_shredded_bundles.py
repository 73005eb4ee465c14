"""An execution whose contents were erased still proves what is left of it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from engine.audit.verifier.bundle import Refused
from engine.base.errors import InvalidInput
from engine.testing.world import ALICE
from engine.usecases.attest_receipts import attest_receipts
from engine.usecases.export_execution import export_execution
from engine.usecases.world import World
from tests.engine.audit.bundles import IDENTITY, changed, run, signing_world, verified


@pytest.fixture
def world() -> Iterator[World]:
    """A world whose node signs for real."""
    made = signing_world()
    yield made
    made.worker.stop(1)


def test_its_bundle_verifies_and_says_what_is_gone(world: World) -> None:
    execution = run(world, "t.add", "t.act")
    before = json.loads(export_execution(world, ALICE, execution))
    world.journal.shred(execution)
    bundle = export_execution(world, ALICE, execution)
    report = verified(bundle, IDENTITY)
    assert report.withheld == [entry["sequence"] for entry in before["entries"]]
    assert (report.receipts, report.receipts_proven, report.logged) == (0, False, True)
    after = json.loads(bundle)
    assert [entry["hash"] for entry in after["entries"]] == [entry["hash"] for entry in before["entries"]]
    assert after["heads"] == before["heads"]
    assert b"payload" not in bundle


def test_a_flip_of_any_byte_of_it_is_found(world: World) -> None:
    execution = run(world, "t.add")
    world.journal.shred(execution)
    bundle = export_execution(world, ALICE, execution)
    for place in range(len(bundle)):
        flipped = bytearray(bundle)
        flipped[place] ^= 0x01
        with pytest.raises(Refused):
            verified(bytes(flipped))


def test_receipts_that_were_kept_elsewhere_cannot_be_put_back_unproven(world: World) -> None:
    execution = run(world, "t.add")
    kept = json.loads(export_execution(world, ALICE, execution))["receipts"]
    world.journal.shred(execution)
    bundle = export_execution(world, ALICE, execution)
    with pytest.raises(Refused, match="no entry proves them"):
        verified(changed(bundle, lambda value: value["receipts"].extend(kept)))


def test_nothing_of_it_is_attested_any_more(world: World) -> None:
    execution = run(world, "t.add")
    world.journal.shred(execution)
    with pytest.raises(InvalidInput, match="no receipt"):
        attest_receipts(world, ALICE, execution)
