"""Identities in the hands of people: who may do what, and keys that the node never sees."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from engine.base.errors import InvalidInput, PermissionDenied, StaleRevision, UnknownObject, WrongState
from engine.keylog import making
from engine.keylog.form import CONTEXT, commitment
from engine.ports.access_store import Principal
from engine.testing.clock import FakeClock
from engine.testing.signatures import FakeScheme
from engine.testing.steps import DictCatalogue
from engine.testing.world import ALICE, BOB, CHARLIE, fake_world
from engine.usecases import manage_identities as manage
from engine.usecases import own_keys as own
from engine.usecases.node_identity import ensure_node_identity
from engine.usecases.token_desk import owner_of
from engine.usecases.world import World

SCHEME = FakeScheme()


def seed(name: str) -> bytes:
    return sha256(name.encode()).digest()


def public(name: str) -> bytes:
    return SCHEME.public_key(seed(name))


def signed(body: bytes, *names: str) -> bytes:
    return making.signed(body, [SCHEME.sign(seed(name), CONTEXT + body) for name in names])


@pytest.fixture
def world() -> World:
    made = fake_world(DictCatalogue([]), FakeClock())
    ensure_node_identity(made.identities, made.entropy, made.node)
    made.access.ensure_personal_subnet(1)
    return made


@pytest.fixture
def owner(world: World) -> Principal:
    """Alice, with the identity of the subnet's owner."""
    return replace(ALICE, identity=owner_of(world.identities, world.entropy, ALICE.subnet))


@pytest.fixture
def browser(world: World) -> str:
    """A person whose keys are ``b0``, ``b1`` and the recovery key ``br``."""
    first = (public("b0"), commitment(public("b1")))
    body = own.prepare_inception(world, ALICE, "person", *first, [commitment(public("br"))])
    return own.register_identity(world, ALICE, "Bea", signed(body, "b0")).record.id


class TestHeldByTheNode:
    """Keys that the node holds, changed by whoever may."""

    def test_a_service_is_made_rotated_and_revoked(self, world: World) -> None:
        made, _ = manage.create_identity(world, ALICE, "service", "mailer")
        assert manage.rotate_identity(world, ALICE, made.record.id).sequence == 1
        assert manage.revoke_identity(world, ALICE, made.record.id).revoked_since is not None
        with pytest.raises(WrongState, match="was revoked"):
            manage.rotate_identity(world, ALICE, made.record.id)
        assert world.identities.store.keys(made.record.id) == [], "its private keys are erased"

    def test_the_recovery_key_brings_in_new_keys_once(self, world: World) -> None:
        made, key = manage.create_identity(world, ALICE, "person", "Ada")
        _, next = manage.recover_identity(world, ALICE, made.record.id, key)
        with pytest.raises(PermissionDenied, match="no recovery key"):
            manage.recover_identity(world, ALICE, made.record.id, key)
        assert manage.recover_identity(world, ALICE, made.record.id, next)[0].sequence == 2

    def test_who_lacks_the_scope_changes_nothing(self, world: World) -> None:
        made, _ = manage.create_identity(world, ALICE, "service", "mailer")
        for act in (manage.rotate_identity, manage.revoke_identity):
            with pytest.raises(PermissionDenied):
                act(world, BOB, made.record.id)
        with pytest.raises(PermissionDenied):
            manage.create_identity(world, BOB, "service", "x")

    def test_identities_of_another_subnet_do_not_exist(self, world: World) -> None:
        made, _ = manage.create_identity(world, ALICE, "service", "mailer")
        for act in (
            manage.get_identity,
            manage.rotate_identity,
            manage.revoke_identity,
            manage.identity_logs,
        ):
            with pytest.raises(UnknownObject):
                act(world, CHARLIE, made.record.id)
            with pytest.raises(UnknownObject):
                act(world, CHARLIE, f"owner:{ALICE.subnet}")

    def test_everybody_sees_the_node_and_only_its_owner_rotates_it(self, world: World) -> None:
        node = manage.get_identity(world, CHARLIE, "node:node").record
        with pytest.raises(PermissionDenied, match="belong to its owner"):
            manage.rotate_identity(world, CHARLIE, node.id)
        assert manage.rotate_identity(world, ALICE, "node:node").periods[-1].key
        with pytest.raises(WrongState, match="while it runs"):
            manage.revoke_identity(world, ALICE, node.id)

    @pytest.mark.parametrize("subject", ["node", "role", "", "admin"])
    def test_people_make_persons_and_services_only(self, world: World, subject: str) -> None:
        with pytest.raises(InvalidInput, match="person or a service"):
            manage.create_identity(world, ALICE, subject, "x")


class TestSubIdentities:
    """What is delegated is bounded, and only the identity itself gives."""

    @pytest.fixture
    def robot(self, world: World, owner: Principal) -> str:
        return manage.create_identity(world, owner, "service", "robot", delegated=True)[0].record.id

    def test_a_delegation_is_given_and_taken(self, world: World, owner: Principal, robot: str) -> None:
        given = manage.delegate_identity(world, owner, owner.identity, robot, ["flows:read"], None)
        assert given.delegation_at(robot, world.clock.now_us())
        world.clock.advance_ms(1)  # type: ignore[attr-defined]
        taken = manage.withdraw_delegation(world, owner, owner.identity, robot)
        assert taken.delegation_at(robot, world.clock.now_us()) is None

    def test_nobody_gives_in_the_name_of_another_person(
        self, world: World, owner: Principal, robot: str
    ) -> None:
        with pytest.raises(PermissionDenied, match="only the identity itself"):
            manage.delegate_identity(world, ALICE, owner.identity, robot, ["*"], None)

    def test_who_was_not_made_below_gets_nothing(self, world: World, owner: Principal) -> None:
        other = manage.create_identity(world, owner, "service", "other")[0].record.id
        with pytest.raises(InvalidInput, match="not made as a sub-identity"):
            manage.delegate_identity(world, owner, owner.identity, other, ["*"], None)
        with pytest.raises(WrongState, match="delegates nothing"):
            manage.withdraw_delegation(world, owner, owner.identity, other)

    @pytest.mark.parametrize("scopes", [[], [""], ["x" * 65], ["a"] * 65])
    def test_scopes_that_are_none_are_refused(
        self, world: World, owner: Principal, robot: str, scopes: list[str]
    ) -> None:
        with pytest.raises(InvalidInput, match="scopes"):
            manage.delegate_identity(world, owner, owner.identity, robot, scopes, None)

    def test_a_delegation_that_is_over_is_refused(self, world: World, owner: Principal, robot: str) -> None:
        with pytest.raises(InvalidInput, match="over before"):
            manage.delegate_identity(world, owner, owner.identity, robot, ["*"], world.clock.now_us())


class TestHeldByTheOwner:
    """The node stores public keys only, and cannot sign."""

    def test_the_node_holds_nothing_and_signs_nothing(self, world: World, browser: str) -> None:
        assert world.identities.store.keys(browser) == []
        with pytest.raises(PermissionDenied, match="does not hold the key"):
            world.identities.signer(browser, world.clock.now_us())
        with pytest.raises(PermissionDenied, match="does not hold the keys"):
            manage.rotate_identity(world, ALICE, browser)
        with pytest.raises(PermissionDenied, match="does not hold the keys"):
            manage.revoke_identity(world, ALICE, browser)

    def test_its_holder_rotates_delegates_and_recovers(self, world: World, browser: str) -> None:
        fields: dict[str, Any] = {"key": public("b1"), "next": commitment(public("b2"))}
        body = own.prepare_event(world, ALICE, browser, "rotation", fields)
        assert own.append_event(world, ALICE, browser, signed(body, "b1")).key == public("b1")
        fields = {"by": public("br"), "key": public("c0"), "next": None, "recovery": []}
        body = own.prepare_event(world, ALICE, browser, "recovery", fields)
        assert own.append_event(world, ALICE, browser, signed(body, "br", "c0")).key == public("c0")

    @pytest.mark.parametrize("thief", ["b0", "thief", "br"])
    def test_nobody_else_rotates_it(self, world: World, browser: str, thief: str) -> None:
        fields = {"key": public("b1"), "next": None}
        body = own.prepare_event(world, ALICE, browser, "rotation", fields)
        with pytest.raises(InvalidInput, match="not signed"):
            own.append_event(world, ALICE, browser, signed(body, thief))

    def test_an_event_is_added_once(self, world: World, browser: str) -> None:
        body = own.prepare_event(world, ALICE, browser, "rotation", {"key": public("b1"), "next": None})
        own.append_event(world, ALICE, browser, signed(body, "b1"))
        with pytest.raises((InvalidInput, StaleRevision)):
            own.append_event(world, ALICE, browser, signed(body, "b1"))

    def test_an_inception_must_be_signed_fresh_and_new(self, world: World) -> None:
        clock: Any = world.clock
        body = own.prepare_inception(world, ALICE, "person", public("x"), None, [])
        with pytest.raises(InvalidInput, match="not signed"):
            own.register_identity(world, ALICE, "X", signed(body, "y"))
        own.register_identity(world, ALICE, "X", signed(body, "x"))
        with pytest.raises(WrongState, match="known already"):
            own.register_identity(world, ALICE, "X", signed(body, "x"))
        with pytest.raises(InvalidInput, match="not valid") as told:
            own.register_identity(world, CHARLIE, "X", signed(body, "x"))
        assert "known" not in str(told.value)
        assert not told.value.details
        stale = own.prepare_inception(world, ALICE, "person", public("z"), None, [])
        clock.advance_ms(own.FRESH_US / 1000 + 1)
        with pytest.raises(InvalidInput, match="check the clock"):
            own.register_identity(world, ALICE, "Z", signed(stale, "z"))

    def test_nobody_registers_a_node_or_a_part_of_somebody_else(self, world: World, owner: Principal) -> None:
        now = world.clock.now_us()
        for body in (
            making.inception("node", public("x"), None, now),
            making.inception("service", public("x"), None, now, delegator=owner.identity),
        ):
            with pytest.raises(InvalidInput, match="from outside"):
                own.register_identity(world, ALICE, "X", signed(body, "x"))

    def test_an_event_with_wrong_fields_is_refused(self, world: World, browser: str) -> None:
        with pytest.raises(InvalidInput, match="other fields"):
            own.prepare_event(world, ALICE, browser, "rotation", {"by": b""})
        with pytest.raises(InvalidInput, match="no key event"):
            own.prepare_event(world, ALICE, browser, "promotion", {})


class TestProof:
    """Whoever answers a challenge has the key."""

    def answer(self, name: str, challenge: bytes) -> bytes:
        return SCHEME.sign(seed(name), own.CHALLENGE + challenge)

    def test_the_key_in_force_answers(self, world: World, browser: str) -> None:
        challenge = own.challenge_identity(world, browser)
        assert own.prove_identity(world, browser, challenge, self.answer("b0", challenge)).id == browser

    def test_a_challenge_ends(self, world: World, browser: str) -> None:
        challenge = own.challenge_identity(world, browser)
        answer = self.answer("b0", challenge)
        world.clock.advance_ms(own.CHALLENGE_US / 1000 + 1)  # type: ignore[attr-defined]
        with pytest.raises(PermissionDenied, match="did not answer"):
            own.prove_identity(world, browser, challenge, answer)

    def test_nothing_else_answers(self, world: World, browser: str) -> None:
        challenge = own.challenge_identity(world, browser)
        right = self.answer("b0", challenge)
        other = own.challenge_identity(world, "bafy-nobody")
        wrong = [
            (browser, challenge, self.answer("b1", challenge)),
            (browser, challenge, SCHEME.sign(seed("b0"), challenge)),
            (browser, challenge[:-1] + b"x", self.answer("b0", challenge[:-1] + b"x")),
            (browser, other, self.answer("b0", other)),
            (browser, b"", b""),
            ("bafy-nobody", challenge, right),
            ("bafy-nobody", other, self.answer("b0", other)),
        ]
        for identity, asked, answer in wrong:
            with pytest.raises(PermissionDenied, match="did not answer"):
                own.prove_identity(world, identity, asked, answer)
