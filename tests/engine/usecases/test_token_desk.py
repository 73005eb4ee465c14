"""Tokens: tied to identities, checked quickly, revoked at once."""

from __future__ import annotations

from typing import Any

import pytest

from engine.base.errors import PermissionDenied, Unauthenticated, UnknownObject
from engine.identity.biscuits import BiscuitMint
from engine.identity.ed25519 import Ed25519
from engine.testing.clock import FakeClock, SeededEntropy
from engine.testing.memory_access import MemoryAccess
from engine.testing.memory_identities import OpenSealer
from engine.usecases.held_identities import (
    SETTLE_US,
    Wanted,
    delegate_held,
    make_held,
    revoke_held,
    rotate_held,
    withdraw_held,
)
from engine.usecases.identity_book import IdentityBook
from engine.usecases.token_desk import TokenDesk, check_form, owner_of

S = 1_000_000


class CountingMint(BiscuitMint):
    """Counts how often a token was really checked."""

    def __init__(self) -> None:
        self.reads = 0

    def read(self, *args: Any) -> Any:
        self.reads += 1
        return super().read(*args)


class Office:
    """Two processes of one node."""

    def __init__(self) -> None:
        self.clock, self.entropy, self.access = FakeClock(), SeededEntropy(), MemoryAccess()
        for subnet in ("alpha", "beta"):
            self.access.create_subnet(subnet, subnet, 0)
        self.mint = CountingMint()
        self.book, self.desk = self.process()

    def process(self) -> tuple[IdentityBook, TokenDesk]:
        book = IdentityBook(self.access.identities, Ed25519(), OpenSealer(), self.clock)
        return book, TokenDesk(self.access, book, self.mint, self.entropy, "n")

    def issue(self, *scopes: str, identity: str = "", expires_us: int | None = None) -> tuple[Any, str]:
        return self.desk.issue("ci", "alpha", scopes or ("flows:read",), expires_us, identity)

    def who(self, text: str, desk: TokenDesk | None = None) -> Any:
        return (desk or self.desk).authenticate(text, self.clock.now_us())


@pytest.fixture
def office() -> Office:
    return Office()


def test_a_token_stands_for_its_identity(office: Office) -> None:
    record, text = office.issue("flows:read", "flows:write")
    principal = office.who(text)
    assert (principal.id, principal.subnet, principal.name) == (record.id, "alpha", "ci")
    assert principal.identity == record.identity == owner_of(office.book, office.entropy, "alpha")
    assert principal.may("flows:write")
    assert not principal.may("admin")


def test_another_process_knows_it_at_once_and_forgets_it_at_once(office: Office) -> None:
    _, other = office.process()
    record, text = office.issue()
    assert office.who(text, other) is not None
    office.access.revoke_token(record.id)
    assert office.who(text, other) is None
    assert office.who(text) is None


def test_a_known_token_is_not_checked_again(office: Office) -> None:
    _, text = office.issue()
    office.who(text)
    office.mint.reads = 0
    assert all(office.who(text) for _ in range(50))
    assert office.mint.reads == 0


def test_a_refused_token_is_not_checked_again_either(office: Office) -> None:
    _, text = office.issue()
    wrong = text[:-8] + "AAAAAAAA"
    assert office.who(wrong) is None
    office.mint.reads = 0
    assert office.who(wrong) is None
    assert office.mint.reads == 0


def test_a_token_ends_with_its_time_though_it_is_remembered(office: Office) -> None:
    _, text = office.issue(expires_us=office.clock.now_us() + 5 * S)
    assert office.who(text)
    office.clock.advance_ms(5000)
    assert office.who(text) is None


def test_a_narrowed_token_ends_with_its_own_time(office: Office) -> None:
    _, text = office.issue("admin")
    narrow = office.desk.narrowed(text, ["flows:read"], office.clock.now_us() + 5 * S)
    assert office.who(narrow).scopes == {"flows:read"}
    office.clock.advance_ms(5001)
    assert office.who(narrow) is None
    assert office.who(text).may("admin")


def test_who_revokes_a_token_revokes_what_was_made_of_it(office: Office) -> None:
    record, text = office.issue("admin")
    narrow = office.desk.narrowed(text, ["flows:read"], None)
    assert office.who(narrow)
    office.access.revoke_token(record.id)
    assert office.who(narrow) is None


def test_a_token_that_another_node_signed_is_nobodys(office: Office) -> None:
    stranger = Office()
    stranger.entropy = SeededEntropy(7)
    stranger.book, stranger.desk = stranger.process()
    record, text = stranger.issue("admin")
    office.access.add_token(record)
    assert stranger.who(text)
    assert office.who(text) is None


def test_a_token_without_a_record_is_nobodys(office: Office) -> None:
    record, text = office.issue("admin")
    del office.access._tokens[record.id]
    assert office.who(text) is None


def test_a_record_of_another_subnet_lends_a_token_nothing(office: Office) -> None:
    from dataclasses import replace

    record, text = office.issue("admin")
    office.access._tokens[record.id] = replace(record, subnet="beta")
    assert office.who(text) is None


def test_tokens_go_on_when_the_key_that_signs_them_rotates(office: Office) -> None:
    _, before = office.issue()
    role = office.book.store.labelled("tokens:n")
    rotate_held(office.book, office.entropy, role.id)
    office.clock.advance_ms(SETTLE_US / 1000)
    _, after = office.issue()
    assert office.who(before)
    assert office.who(after)
    assert office.mint.read(after, [office.desk.publics()[-1]], (), office.clock.now_us()) is None


def test_with_its_identity_a_token_ends(office: Office) -> None:
    owner = owner_of(office.book, office.entropy, "alpha")
    _, text = office.issue()
    assert office.who(text)
    revoke_held(office.book, owner)
    assert office.who(text) is None


class TestSubIdentities:
    """A token of a sub-identity allows what both have."""

    @pytest.fixture
    def owner(self, office: Office) -> str:
        return owner_of(office.book, office.entropy, "alpha")

    @pytest.fixture
    def robot(self, office: Office, owner: str) -> str:
        made = make_held(office.book, office.entropy, Wanted("alpha", "service", "robot", delegator=owner))
        assert made is not None
        return made.id

    def delegate(self, office: Office, owner: str, robot: str, *scopes: str, until: Any = None) -> None:
        delegate_held(office.book, owner, robot, scopes, until, office.clock.now_us())

    def test_without_a_delegation_it_allows_nothing(self, office: Office, robot: str) -> None:
        assert office.who(office.issue("admin", identity=robot)[1]) is None

    def test_it_allows_what_was_delegated(self, office: Office, owner: str, robot: str) -> None:
        _, text = office.issue("admin", identity=robot)
        self.delegate(office, owner, robot, "flows:read")
        assert office.who(text).scopes == {"flows:read"}

    def test_it_ends_with_the_delegation(self, office: Office, owner: str, robot: str) -> None:
        _, text = office.issue("flows:read", identity=robot)
        self.delegate(office, owner, robot, "admin", until=office.clock.now_us() + S)
        assert office.who(text)
        office.clock.advance_ms(1000)
        assert office.who(text) is None

    def test_it_ends_when_the_delegation_is_withdrawn(self, office: Office, owner: str, robot: str) -> None:
        _, text = office.issue("flows:read", identity=robot)
        self.delegate(office, owner, robot, "flows:read")
        assert office.who(text)
        office.clock.advance_ms(1)
        withdraw_held(office.book, owner, robot)
        assert office.who(text) is None


def test_nobody_issues_a_token_for_an_unknown_identity_or_subnet(office: Office) -> None:
    with pytest.raises(UnknownObject):
        office.issue(identity="bafy-nobody")
    with pytest.raises(UnknownObject):
        office.desk.issue("ci", "nowhere", ("admin",), None)
    with pytest.raises(UnknownObject):
        office.issue(identity=owner_of(office.book, office.entropy, "beta"))


def test_the_node_issues_no_token_for_an_identity_whose_keys_it_does_not_hold(office: Office) -> None:
    from dataclasses import replace

    owner = owner_of(office.book, office.entropy, "alpha")
    office.access.identities._records[owner] = replace(office.book.store.record(owner), held=False)
    with pytest.raises(PermissionDenied, match="its own key"):
        office.issue(identity=owner)
    assert office.desk.issue("ci", "alpha", ("admin",), None, owner, proven=True)


@pytest.mark.parametrize("text", ["", "qfb_", "qfb_" + "A" * 600, "\udcff", "qf_" + "a" * 43])
def test_what_is_no_token_is_nobodys(office: Office, text: str) -> None:
    assert office.who(text) is None


def test_a_token_of_before_is_refused_with_the_way_out() -> None:
    with pytest.raises(Unauthenticated, match="qflow token create"):
        check_form("qf_" + "a" * 43)
    check_form("qfb_anything")
