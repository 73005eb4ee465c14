"""Keys leave the node for a browser, and further browsers join: what the node can do no more."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest

from engine.base.errors import InvalidInput, PermissionDenied, UnknownObject, WrongState
from engine.base.multikey import multikey
from engine.keylog import making
from engine.keylog.form import CONTEXT, commitment
from engine.ports.access_store import Principal
from engine.testing.clock import FakeClock
from engine.testing.signatures import FakeScheme
from engine.testing.steps import DictCatalogue
from engine.testing.world import ALICE, fake_world
from engine.usecases import browser_keys as keys
from engine.usecases import own_keys as own
from engine.usecases.manage_identities import rotate_identity
from engine.usecases.manage_tokens import create_token
from engine.usecases.node_identity import ensure_node_identity
from engine.usecases.persons import act_as_person, register_person
from engine.usecases.world import World

SCHEME = FakeScheme()


def seed(name: str) -> bytes:
    return sha256(name.encode()).digest()


def public(name: str) -> bytes:
    return SCHEME.public_key(seed(name))


def digest(name: str) -> bytes:
    return commitment(public(name))


def signature(name: str, body: bytes) -> bytes:
    return SCHEME.sign(seed(name), CONTEXT + body)


@pytest.fixture
def world() -> World:
    made = fake_world(DictCatalogue([]), FakeClock())
    ensure_node_identity(made.identities, made.entropy, made.node)
    made.access.ensure_personal_subnet(1)
    return made


@pytest.fixture
def ada(world: World) -> Principal:
    """A person whose keys the node holds."""
    record = register_person(world, ALICE.subnet, "ada")
    return act_as_person(world, record.id, ["admin"])


@pytest.fixture
def free(world: World, ada: Principal) -> Principal:
    """The same, whose keys ``b0``, ``b1`` lie in a browser, with the recovery key ``r0``."""
    body = keys.prepare_leaving(world, ada, public("b0"), digest("b1"), [digest("r0")])
    keys.leave_node(world, ada, body, signature("b0", body))
    return ada


def challenge(world: World, identity: str, name: str) -> keys.Proof:
    asked = own.challenge_identity(world, identity)
    return keys.Proof(identity, asked, SCHEME.sign(seed(name), own.CHALLENGE + asked))


def second_browser(world: World, actor: Principal) -> str:
    body = keys.prepare_browser(world, actor, public("d0"), digest("d1"))
    return keys.add_browser(world, actor, "laptop", making.signed(body, [signature("d0", body)])).id


def let_act(world: World, actor: Principal, sub: str) -> None:
    fields = {"sub": sub, "scopes": ["*"], "until": None}
    body = own.prepare_event(world, actor, actor.identity, "delegation", fields)
    own.append_event(world, actor, actor.identity, making.signed(body, [signature("b0", body)]))


def test_the_node_signs_for_nobody_who_left(world: World, free: Principal) -> None:
    assert world.identities.store.keys(free.identity) == []
    assert not keys.person_keys(world, free).record.held
    with pytest.raises(PermissionDenied, match="does not hold"):
        world.identities.signer(free.identity, world.clock.now_us())
    with pytest.raises(PermissionDenied, match="does not hold"):
        rotate_identity(world, free, free.identity)
    assert [one.kind for one in keys.person_keys(world, free).events] == ["inception", "recovery"]


def test_leaving_outlasts_a_rotation_by_the_node(world: World, ada: Principal) -> None:
    rotate_identity(world, ada, ada.identity)
    world.clock.advance_ms(2000)  # type: ignore[attr-defined]
    body = keys.prepare_leaving(world, ada, public("b0"), digest("b1"), [digest("r0")])
    assert keys.leave_node(world, ada, body, signature("b0", body)).key == public("b0")


def test_the_node_signs_nothing_but_a_fresh_leaving(world: World, ada: Principal) -> None:
    body = keys.prepare_leaving(world, ada, public("b0"), digest("b1"), [digest("r0")])
    with pytest.raises(InvalidInput, match="not signed by the key"):
        keys.leave_node(world, ada, body, signature("b1", body))
    without = keys.prepare_leaving(world, ada, public("b0"), digest("b1"), [])
    with pytest.raises(InvalidInput, match="lost browser"):
        keys.leave_node(world, ada, without, signature("b0", without))
    state = world.identities.state(ada.identity)
    revocation = making.revocation(state, state.key, world.clock.now_us())
    with pytest.raises(InvalidInput):
        keys.leave_node(world, ada, revocation, signature("b0", revocation))
    with pytest.raises(InvalidInput):
        keys.leave_node(world, ada, b"noise", signature("b0", b"noise"))
    world.clock.advance_ms(own.FRESH_US / 1000 + 1)  # type: ignore[attr-defined]
    with pytest.raises(InvalidInput, match="check the clock"):
        keys.leave_node(world, ada, body, signature("b0", body))
    assert keys.person_keys(world, ada).record.held


def test_the_recovery_key_brings_a_new_browser(world: World, free: Principal) -> None:
    fields = {"by": public("r0"), "key": public("c0"), "next": digest("c1"), "recovery": [digest("r1")]}
    body = own.prepare_event(world, free, free.identity, "recovery", fields)
    event = making.signed(body, [signature("r0", body), signature("c0", body)])
    assert own.append_event(world, free, free.identity, event).key == public("c0")


def test_who_reads_nothing_still_sees_to_their_own_keys(world: World, free: Principal) -> None:
    poor = replace(free, scopes=frozenset())
    fields = {"key": public("b1"), "next": digest("b2")}
    body = own.prepare_event(world, poor, poor.identity, "rotation", fields)
    event = making.signed(body, [signature("b1", body)])
    assert own.append_event(world, poor, poor.identity, event).key == public("b1")


def test_a_further_browser_acts_once_the_first_one_lets_it(world: World, free: Principal) -> None:
    sub = second_browser(world, free)
    now_us, told = world.clock.now_us(), b"a ballot"
    key, mark = multikey(public("d0")), SCHEME.sign(seed("d0"), told)
    with pytest.raises(PermissionDenied, match="does not delegate"):
        world.identities.check(sub, key, now_us, "ballots", told, mark)
    let_act(world, free, sub)
    now_us = world.clock.now_us()
    assert world.identities.check(sub, key, now_us, "ballots", told, mark) == free.identity
    assert [(one.name, acts) for one, acts in keys.person_keys(world, free).browsers] == [("laptop", True)]
    assert set(keys.person_logs(world, free)) == {free.identity, sub}


def test_a_browser_joins_nobody_else(world: World, free: Principal) -> None:
    body = keys.prepare_browser(world, free, public("d0"), digest("d1"))
    event = making.signed(body, [signature("d0", body)])
    other = act_as_person(world, register_person(world, ALICE.subnet, "eve").id, ["admin"])
    with pytest.raises(WrongState, match="move your keys"):
        keys.add_browser(world, other, "hers", event)
    own_body = own.prepare_inception(world, ALICE, "person", public("e0"), digest("e1"), [])
    with pytest.raises(InvalidInput, match="no inception of a further browser"):
        keys.add_browser(world, free, "x", making.signed(own_body, [signature("e0", own_body)]))
    with pytest.raises(InvalidInput, match="name"):
        keys.add_browser(world, free, "\n", event)


def test_tokens_take_a_proof_by_a_key_of_the_person(world: World, free: Principal) -> None:
    with pytest.raises(PermissionDenied, match="own key"):
        create_token(world, free, "mine", ["flows:read"])
    assert create_token(world, free, "mine", ["flows:read"], proof=challenge(world, free.identity, "b0"))
    with pytest.raises(PermissionDenied):
        create_token(world, free, "mine", ["flows:read"], proof=challenge(world, free.identity, "b1"))
    sub = second_browser(world, free)
    with pytest.raises(PermissionDenied, match="does not count"):
        create_token(world, free, "mine", ["flows:read"], proof=challenge(world, sub, "d0"))
    let_act(world, free, sub)
    assert create_token(world, free, "mine", ["flows:read"], proof=challenge(world, sub, "d0"))


def test_the_proof_of_another_person_is_none(world: World, free: Principal) -> None:
    body = own.prepare_inception(world, ALICE, "person", public("m0"), digest("m1"), [])
    event = making.signed(body, [signature("m0", body)])
    mallory = own.register_identity(world, ALICE, "mallory", event).record.id
    with pytest.raises(UnknownObject):
        create_token(world, free, "mine", ["flows:read"], proof=challenge(world, mallory, "m0"))
