"""The node's identity: made once, its roles sign, and rotation disturbs nobody."""

from __future__ import annotations

from typing import Any

import pytest

from engine.base.errors import CorruptData, NodeFailure, PermissionDenied
from engine.base.multikey import public_key_of
from engine.keylog.form import BadLog
from engine.keylog.rules import check_log
from engine.testing.clock import FakeClock, SeededEntropy
from engine.testing.memory_identities import MemoryIdentities, OpenSealer
from engine.testing.signatures import FakeScheme
from engine.usecases.held_identities import SETTLE_US, rotate_held, withdraw_held
from engine.usecases.identity_book import RECHECK_US, RETIRED_KEPT_US, IdentityBook
from engine.usecases.node_identity import (
    DELEGATED_US,
    JOURNAL_SCOPE,
    RENEWED_BEFORE_US,
    SKEW_US,
    RoleSigning,
    ensure_node_identity,
    label_of,
    tend_node_identity,
)
from tests.databases import in_threads


class Node:
    """Processes of one node, on one store."""

    def __init__(self) -> None:
        self.clock, self.entropy, self.store = FakeClock(), SeededEntropy(), MemoryIdentities()
        self.book = self.process()
        self.identity = ensure_node_identity(self.book, self.entropy, "n")
        self.signing = RoleSigning(self.book, "n")

    def process(self) -> IdentityBook:
        return IdentityBook(self.store, FakeScheme(), OpenSealer(), self.clock)

    def rotate(self) -> None:
        rotate_held(self.book, self.entropy, self.signing.identity)

    def check(self, signer: Any, at_us: int) -> str:
        signature = signer.sign(b"data")
        scope = JOURNAL_SCOPE
        return self.book.check(signer.identity, signer.key, at_us, scope, b"data", signature)


@pytest.fixture
def node() -> Node:
    return Node()


def test_the_node_answers_for_what_its_role_signs(node: Node) -> None:
    signer = node.signing()
    assert signer.identity != node.identity.id
    assert node.check(signer, node.clock.now_us()) == node.identity.id


def test_a_role_signs_nothing_outside_its_scope(node: Node) -> None:
    tokens = RoleSigning(node.book, "n", "tokens")()
    with pytest.raises(PermissionDenied, match=f"not delegated the scope {JOURNAL_SCOPE}"):
        node.check(tokens, node.clock.now_us())


def test_a_second_start_changes_nothing(node: Node) -> None:
    revision = node.store.revision()
    assert ensure_node_identity(node.process(), node.entropy, "n") == node.identity
    assert node.store.revision() == revision


def test_processes_that_start_together_make_one_identity() -> None:
    node = Node()
    node.store = MemoryIdentities()
    node.book = node.process()
    made = in_threads(4, lambda n: ensure_node_identity(node.process(), SeededEntropy(n), "n").id)
    assert len(set(made)) == 1
    assert len(node.store.records("")) == 3
    assert node.check(RoleSigning(node.process(), "n")(), node.clock.now_us()) == made[0]


def test_before_it_was_made_nothing_is_signed() -> None:
    book = IdentityBook(MemoryIdentities(), FakeScheme(), OpenSealer(), FakeClock())
    with pytest.raises(NodeFailure, match="no identity"):
        RoleSigning(book, "n")()


def test_a_new_key_takes_force_when_every_process_knows_it(node: Node) -> None:
    other = RoleSigning(node.process(), "n")
    before = other().key
    node.rotate()
    assert other().key == node.signing().key == before
    node.clock.advance_ms(RECHECK_US / 1000)
    assert other().key == before
    node.clock.advance_ms((SETTLE_US - RECHECK_US) / 1000)
    assert other().key == node.signing().key != before
    assert node.check(other(), node.clock.now_us()) == node.identity.id


def test_the_old_key_signs_nothing_new_and_what_it_signed_still_verifies(node: Node) -> None:
    old, then = node.signing(), node.clock.now_us()
    node.rotate()
    node.clock.advance_ms(SETTLE_US / 1000)
    assert node.check(old, then) == node.identity.id
    with pytest.raises(PermissionDenied, match="not in force"):
        node.check(old, node.clock.now_us())
    assert node.signing(then).key == old.key, "what is dated before belongs to the key of then"


def test_a_rotated_out_private_key_is_erased(node: Node) -> None:
    held = len(node.store.keys(node.signing.identity))
    node.rotate()
    node.clock.advance_ms((SETTLE_US + RETIRED_KEPT_US) / 1000)
    tend_node_identity(node.book, node.entropy, "n")
    assert len(node.store.keys(node.signing.identity)) == held + 1, "kept for clocks that are behind"
    node.clock.advance_ms(1)
    tend_node_identity(node.book, node.entropy, "n")
    assert len(node.store.keys(node.signing.identity)) == held
    assert node.check(node.process().signer(node.signing.identity, node.clock.now_us()), node.clock.now_us())


def test_keys_rotate_again_and_again_under_their_own_commitments(node: Node) -> None:
    seen = []
    for _ in range(5):
        seen.append(node.signing().key)
        node.rotate()
        node.clock.advance_ms(SETTLE_US / 1000)
    assert len(set(seen)) == 5
    state = check_log(node.store.log(node.signing.identity), node.book.checks)
    assert state.sequence == 5
    assert public_key_of(node.signing().key) == state.key


def test_the_node_itself_rotates_too_and_its_roles_go_on(node: Node) -> None:
    rotate_held(node.book, node.entropy, node.identity.id)
    node.clock.advance_ms(SETTLE_US / 1000)
    assert node.check(node.signing(), node.clock.now_us()) == node.identity.id


def test_a_withdrawn_role_counts_for_nothing(node: Node) -> None:
    signer, then = node.signing(), node.clock.now_us()
    node.clock.advance_ms(10)
    withdraw_held(node.book, node.identity.id, signer.identity)
    assert node.check(signer, then) == node.identity.id
    with pytest.raises(PermissionDenied, match="does not delegate"):
        node.check(signer, node.clock.now_us())


def test_delegations_are_renewed_before_they_end(node: Node) -> None:
    node.clock.advance_ms((DELEGATED_US - RENEWED_BEFORE_US) / 1000)
    tend_node_identity(node.book, node.entropy, "n")
    node.clock.advance_ms(RENEWED_BEFORE_US / 1000)
    assert node.check(node.signing(), node.clock.now_us()) == node.identity.id


def test_a_clock_that_is_a_little_behind_is_no_trouble(node: Node) -> None:
    signer = node.signing(node.clock.now_us() - SKEW_US)
    assert node.check(signer, node.clock.now_us() - SKEW_US) == node.identity.id


def test_a_clock_far_behind_stops_no_work(node: Node) -> None:
    signer = node.signing(node.clock.now_us() - 10 * SKEW_US)
    assert signer.sign(b"data")
    with pytest.raises(PermissionDenied, match="not in force"):
        node.check(signer, node.clock.now_us() - 10 * SKEW_US)


def test_a_stored_log_that_was_changed_is_found(node: Node) -> None:
    log = node.store._logs[node.signing.identity]
    log[0] = log[0][:-1] + bytes([log[0][-1] ^ 1])
    with pytest.raises(CorruptData, match="not valid: key event 0"):
        node.process().state(node.signing.identity)


def test_an_event_that_somebody_put_into_the_store_is_found(node: Node) -> None:
    log = node.store._logs[node.signing.identity]
    log.append(log[0])
    with pytest.raises((CorruptData, BadLog), match="second inception"):
        node.process().state(node.signing.identity)


def test_a_log_in_the_place_of_another_is_found(node: Node) -> None:
    tokens = node.store.labelled(label_of("n", "tokens"))
    node.store._logs[tokens.id] = node.store.log(node.signing.identity)
    with pytest.raises(CorruptData, match="another's"):
        node.process().state(tokens.id)


def test_whoever_checks_needs_only_the_logs(node: Node) -> None:
    signer = node.signing()
    logs = node.book.logs([signer.identity])
    assert set(logs) == {signer.identity, node.identity.id}
    assert all(check_log(log, node.book.checks).identity == identity for identity, log in logs.items())
