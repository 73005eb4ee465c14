"""Bundles signed by a role of a node: the logs of key events say whether it could."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from engine.audit.verifier.bundle import Refused
from engine.identity.ed25519 import Ed25519
from engine.testing.clock import FakeClock, SeededEntropy
from engine.testing.memory_identities import MemoryIdentities, OpenSealer
from engine.testing.world import ALICE
from engine.usecases.export_execution import export_execution
from engine.usecases.held_identities import rotate_held, withdraw_held
from engine.usecases.identity_book import IdentityBook
from engine.usecases.node_identity import RoleSigning, ensure_node_identity
from engine.usecases.world import World
from tests.engine.audit.bundles import changed, run, signing_world, verified

HOUR_MS = 3600 * 1_000


class Node:
    """A node whose journal is signed by its role."""

    def __init__(self) -> None:
        self.clock, self.entropy = FakeClock(), SeededEntropy()
        self.book = IdentityBook(MemoryIdentities(), Ed25519(), OpenSealer(), self.clock)
        self.id = ensure_node_identity(self.book, self.entropy, "n").id
        self.role = RoleSigning(self.book, "n")
        self.world: World = signing_world(clock=self.clock, signing=self.role, identities=self.book)

    def exported(self, execution: str) -> bytes:
        return export_execution(self.world, ALICE, execution)


@pytest.fixture
def node() -> Iterator[Node]:
    made = Node()
    yield made
    made.world.worker.stop(1)


def test_the_node_answers_for_what_its_role_signed(node: Node) -> None:
    bundle = node.exported(run(node.world, "t.add"))
    assert verified(bundle).identity == node.id
    assert verified(bundle, node.id) == verified(bundle, node.role.identity)
    with pytest.raises(Refused, match="signed it, not somebody"):
        verified(bundle, "somebody")


def test_a_flip_of_any_byte_of_the_logs_is_found(node: Node) -> None:
    bundle = node.exported(run(node.world, "t.add"))
    start = bundle.index(b'"identities"')
    for place in range(start, bundle.index(b'"log"')):
        flipped = bytearray(bundle)
        flipped[place] ^= 0x01
        with pytest.raises(Refused):
            verified(bytes(flipped))


def test_after_a_rotation_old_and_new_signatures_verify(node: Node) -> None:
    before = run(node.world, "t.add")
    node.clock.advance_ms(HOUR_MS)
    rotate_held(node.book, node.entropy, node.role.identity)
    node.clock.advance_ms(HOUR_MS)
    after = run(node.world, "t.add", flow="g")
    keys = set()
    for execution in (before, after):
        bundle = node.exported(execution)
        assert verified(bundle, node.id).identity == node.id
        keys |= {head["key"] for head in json.loads(bundle)["heads"]}
    assert len(keys) == 2


def test_a_log_without_its_last_event_does_not_know_the_new_key(node: Node) -> None:
    rotate_held(node.book, node.entropy, node.role.identity)
    node.clock.advance_ms(HOUR_MS)
    bundle = node.exported(run(node.world, "t.add"))

    def drop(value: dict[str, Any]) -> None:
        value["identities"][node.role.identity].pop()

    with pytest.raises(Refused, match="the key is none of identity"):
        verified(changed(bundle, drop))


def test_a_role_that_was_withdrawn_signs_nothing_more(node: Node) -> None:
    before = run(node.world, "t.add")
    node.clock.advance_ms(HOUR_MS)
    withdraw_held(node.book, node.id, node.role.identity)
    node.clock.advance_ms(HOUR_MS)
    after = run(node.world, "t.add", flow="g")
    with pytest.raises(Refused, match="does not delegate") as caught:
        verified(node.exported(after))
    assert caught.value.where == "the signature after entry 2"
    with pytest.raises(Refused) as caught:  # the journal is good; what was signed today is not
        verified(node.exported(before))
    assert caught.value.where == "log"


def test_a_missing_log_is_named(node: Node) -> None:
    bundle = node.exported(run(node.world, "t.add"))
    with pytest.raises(Refused, match="the log of identity"):
        verified(changed(bundle, lambda value: value["identities"].pop(node.id)))
