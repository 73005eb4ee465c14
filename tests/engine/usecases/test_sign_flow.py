"""Flows are signed when they are saved, and checked before they start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from engine.base.errors import NotGenuine, PolicyViolation
from engine.ports.access_store import Principal
from engine.ports.flow_store import FlowSignature
from engine.ports.policy import Policy
from engine.testing.clock import FakeClock
from engine.testing.policies import FixedPolicies
from engine.testing.steps import DictCatalogue, PlainTrigger
from engine.testing.world import ALICE, fake_world
from engine.usecases.admission import admit_start
from engine.usecases.create_flow import create_flow
from engine.usecases.fork_execution import ForkRequest, fork_execution, replay_execution
from engine.usecases.get_flow import get_flow
from engine.usecases.held_identities import SETTLE_US, Wanted, make_held, revoke_held, rotate_held
from engine.usecases.publish_flow import publish_flow
from engine.usecases.rollback_flow import rollback_flow
from engine.usecases.start_execution import StartRequest, start_execution
from engine.usecases.token_desk import owner_of
from engine.usecases.update_flow import update_flow
from engine.usecases.world import World

GREETING = {"id": "hi", "name": "hi", "steps": [{"id": "begin", "action": "trigger.manual"}]}


@pytest.fixture
def world() -> World:
    """A world whose policy runs signed flows only."""
    policies = FixedPolicies(Policy("personal", unsigned_flows=False))
    return fake_world(DictCatalogue([PlainTrigger()]), FakeClock(), policies=policies)


def check(world: World, version: str) -> None:
    """Raise what a start of the version would."""
    admit_start(world, ALICE, "hi", version=version, mode="manual", items=())


@pytest.fixture
def owner(world: World) -> Principal:
    return replace(ALICE, identity=owner_of(world.identities, world.entropy, "personal"))


def test_a_saved_flow_is_signed_by_whoever_saved_it(world: World, owner: Principal) -> None:
    record = create_flow(world, owner, GREETING)
    [signature] = get_flow(world, owner, "hi").signatures
    assert (signature.version, signature.identity) == (record.revision, owner.identity)
    check(world, record.revision)


def test_a_flow_that_nobody_signed_does_not_start_until_its_owner_publishes_it(
    world: World, owner: Principal
) -> None:
    create_flow(world, ALICE, GREETING)
    with pytest.raises(PolicyViolation, match=r"nobody signed it.*let its owner sign it again"):
        start_execution(world, ALICE, StartRequest("hi", mode="manual"))
    publish_flow(world, owner, "hi")
    assert start_execution(world, ALICE, StartRequest("hi")).execution


def test_where_the_policy_allows_it_unsigned_flows_start(owner: Principal) -> None:
    open_world = fake_world(DictCatalogue([PlainTrigger()]), FakeClock())
    create_flow(open_world, ALICE, GREETING)
    assert start_execution(open_world, ALICE, StartRequest("hi", mode="manual")).execution


def test_a_signature_outlives_the_key_and_the_identity(world: World, owner: Principal) -> None:
    clock: FakeClock = world.clock  # type: ignore[assignment]
    record = create_flow(world, owner, GREETING)
    rotate_held(world.identities, world.entropy, owner.identity)
    clock.advance_ms(SETTLE_US / 1000 + 1)
    check(world, record.revision)
    revoke_held(world.identities, owner.identity)
    check(world, record.revision)


def fork(world: World, execution: str) -> object:
    return fork_execution(world, ALICE, ForkRequest(execution, step="begin"))


def replay(world: World, execution: str) -> object:
    return replay_execution(world, ALICE, execution)


def forged(signature: FlowSignature, world: World) -> list[FlowSignature]:
    later = world.clock.now_us() + 10**12
    return [
        replace(signature, signature=bytes(64)),
        replace(signature, at_us=signature.at_us + 1),
        replace(signature, at_us=later),
        replace(signature, identity="bafy-nobody"),
        replace(signature, key="z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"),
    ]


@pytest.mark.parametrize("number", range(5))
def test_a_forged_signature_is_worse_than_none(world: World, owner: Principal, number: int) -> None:
    record = create_flow(world, owner, GREETING)
    [signature] = world.flows.signatures("personal", record.revision)
    wrong = forged(signature, world)[number]
    world.flows._signatures = {("personal", wrong.version, wrong.identity): wrong}  # type: ignore[attr-defined]
    with pytest.raises(NotGenuine, match="signature"):
        start_execution(world, ALICE, StartRequest("hi", mode="manual"))


def test_a_signature_of_one_version_or_subnet_is_none_of_another(world: World, owner: Principal) -> None:
    record = create_flow(world, owner, GREETING)
    [signature] = world.flows.signatures("personal", record.revision)
    world.flows.sign("elsewhere", signature)
    world.flows.sign("personal", replace(signature, version="bafy-other"))
    for subnet, version in (("elsewhere", record.revision), ("personal", "bafy-other")):
        [found] = world.vouchers.of(subnet, version, unsigned=True)
        assert "signature" in found.refused


def test_a_sub_identity_signs_only_under_its_scope(world: World, owner: Principal) -> None:
    wanted = Wanted("personal", "service", "robot", delegator=owner.identity)
    robot = make_held(world.identities, world.entropy, wanted)
    assert robot is not None
    record = create_flow(world, replace(ALICE, identity=robot.id), GREETING)
    with pytest.raises(NotGenuine, match="does not delegate"):
        check(world, record.revision)


def test_the_verdict_is_replayed_until_an_identity_changes(world: World, owner: Principal) -> None:
    record = create_flow(world, owner, GREETING)
    check(world, record.revision)
    reads, before = [], world.flows.signatures
    world.flows.signatures = lambda *of: reads.append(of) or before(*of)  # type: ignore
    for _ in range(3):
        check(world, record.revision)
    assert not reads
    make_held(world.identities, world.entropy, Wanted("personal", "service", "another"))
    check(world, record.revision)
    assert len(reads) == 1


def test_what_was_refused_is_looked_at_again(world: World, owner: Principal) -> None:
    record = create_flow(world, owner, GREETING)
    [good] = world.flows.signatures("personal", record.revision)
    world.flows.sign("personal", replace(good, signature=bytes(64)))
    with pytest.raises(NotGenuine):
        check(world, record.revision)
    world.flows.sign("personal", good)
    check(world, record.revision)


def test_a_stricter_policy_counts_at_once(owner: Principal) -> None:
    world = fake_world(DictCatalogue([PlainTrigger()]), FakeClock())
    record = create_flow(world, ALICE, GREETING)
    check(world, record.revision)
    policies: FixedPolicies = world.policy  # type: ignore[assignment]
    policies.policies["personal"] = Policy("personal", unsigned_flows=False)
    with pytest.raises(PolicyViolation, match="unsignedFlows"):
        check(world, record.revision)


def test_one_signature_that_counts_is_enough(world: World, owner: Principal) -> None:
    record = create_flow(world, owner, GREETING)
    [good] = world.flows.signatures("personal", record.revision)
    world.flows.sign("personal", replace(good, identity="bafy-nobody", at_us=good.at_us + 1))
    check(world, record.revision)


def test_a_return_to_an_older_version_signs_it(world: World, owner: Principal) -> None:
    first = create_flow(world, ALICE, GREETING)
    later = update_flow(world, ALICE, "hi", {**GREETING, "description": "later"}, first.revision)
    with pytest.raises(PolicyViolation):
        check(world, first.revision)
    rollback_flow(world, owner, "hi", first.revision, later.revision)
    check(world, first.revision)


@pytest.mark.parametrize("again", [fork, replay])
def test_forks_and_replays_check_the_version_too(
    world: World, owner: Principal, again: Callable[[World, str], object]
) -> None:
    record = create_flow(world, owner, GREETING)
    started = start_execution(world, ALICE, StartRequest("hi", mode="manual", wait="end"))
    assert started.future is not None
    started.future.result(10)
    execution = started.execution
    [good] = world.flows.signatures("personal", record.revision)
    world.flows.sign("personal", replace(good, signature=bytes(64)))
    changed = replace(world)  # with nothing in memory
    with pytest.raises(NotGenuine, match="signature"):
        again(changed, execution)
    world.flows.sign("personal", good)
    again(changed, execution)
