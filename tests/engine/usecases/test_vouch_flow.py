"""Whoever holds the key answers for a flow, and nobody else does in that name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.base.errors import InvalidInput, NotGenuine, PermissionDenied, PolicyViolation, UnknownObject
from engine.base.multikey import multikey
from engine.ports.access_store import Principal
from engine.ports.flow_store import FlowSignature
from engine.usecases.browser_keys import leave_node, prepare_leaving
from engine.usecases.create_flow import create_flow
from engine.usecases.own_keys import FRESH_US
from engine.usecases.persons import act_as_person, register_person
from engine.usecases.vouch_flow import prepare_vouching, vouch_for_flow
from engine.usecases.world import World
from tests.engine.usecases.test_browser_keys import SCHEME, digest, public, seed, signature
from tests.engine.usecases.test_sign_flow import GREETING, check, world

__all__ = ["world"]


@pytest.fixture
def ada(world: World) -> Principal:
    """A person whose key ``b0`` lies in a browser, with a flow that is not signed."""
    world.access.ensure_personal_subnet(1)
    person = act_as_person(world, register_person(world, "personal", "ada").id, ["admin"])
    body = prepare_leaving(world, person, public("b0"), digest("b1"), [digest("r0")])
    leave_node(world, person, body, signature("b0", body))
    create_flow(world, person, GREETING)
    return person


def signed(world: World, actor: Principal, name: str = "b0") -> FlowSignature:
    told = prepare_vouching(world, actor, "hi")
    made = SCHEME.sign(seed(name), told.data)
    return FlowSignature(told.version, actor.identity, multikey(public(name)), told.at_us, made)


def test_a_flow_starts_once_the_person_has_signed_it(world: World, ada: Principal) -> None:
    version = prepare_vouching(world, ada, "hi").version
    with pytest.raises((NotGenuine, PolicyViolation)):
        check(world, version)
    vouch_for_flow(world, ada, "hi", signed(world, ada))
    check(world, version)


def test_signatures_that_do_not_count_are_not_kept(world: World, ada: Principal) -> None:
    good = signed(world, ada)
    with pytest.raises(PermissionDenied):
        vouch_for_flow(world, ada, "hi", signed(world, ada, "b1"))
    with pytest.raises(PermissionDenied):
        vouch_for_flow(world, ada, "hi", replace(good, at_us=good.at_us + 1))
    with pytest.raises(InvalidInput, match="clock"):
        vouch_for_flow(world, ada, "hi", replace(good, at_us=good.at_us - FRESH_US - 1))
    with pytest.raises(UnknownObject):
        vouch_for_flow(world, ada, "hi", replace(good, version="bafyreidoesnotexist"))
    assert world.flows.signatures("personal", good.version) == []


def test_nobody_hands_in_the_signature_of_somebody_else(world: World, ada: Principal) -> None:
    eve = act_as_person(world, register_person(world, "personal", "eve").id, ["admin"])
    with pytest.raises(PermissionDenied, match="somebody else"):
        vouch_for_flow(world, eve, "hi", signed(world, ada))


def test_who_may_not_write_flows_signs_none(world: World, ada: Principal) -> None:
    poor = replace(ada, scopes=frozenset({"flows:read"}))
    with pytest.raises(PermissionDenied):
        prepare_vouching(world, poor, "hi")
