"""Identities of a subnet: show them, make them, and change those whose keys the node holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.base.errors import InvalidInput, PermissionDenied, UnknownObject, WrongState
from engine.keylog.form import SCOPE_CHARACTERS_MAX, SCOPES_MAX, commitment
from engine.keylog.rules import KeyState
from engine.ports.access_store import Principal
from engine.ports.identities import IdentityRecord
from engine.ports.policy import PERSONAL
from engine.usecases.held_identities import (
    SEED_BYTES,
    Wanted,
    delegate_held,
    make_held,
    recover_held,
    revoke_held,
    rotate_held,
    withdraw_held,
)
from engine.usecases.node_identity import NODE_SUBNET
from engine.usecases.permission import require
from engine.usecases.remember import remember_done
from engine.usecases.world import World

MADE = ("person", "service")
"""What people may make; nodes and roles are made by the node itself."""

LOCAL = "local"
"""The actor of whoever may read the data directory, and so holds every key in it."""


@dataclass(frozen=True, slots=True)
class IdentityView:
    """An identity: what the node knows of it, and what its checked log says."""

    record: IdentityRecord
    state: KeyState


def list_identities(world: World, actor: Principal) -> list[IdentityRecord]:
    """The identities of the actor's subnet, then those of the node, oldest first."""
    require(world, actor, "system:read", "identities")
    store = world.identities.store
    return [*store.records(actor.subnet), *store.records(NODE_SUBNET)]


def get_identity(world: World, actor: Principal, identity: str) -> IdentityView:
    """One of them, by its id or its label; raises :class:`UnknownObject`."""
    require(world, actor, "system:read", f"identities/{identity}")
    record = visible(world, actor, identity)
    return IdentityView(record, world.identities.state(record.id))


def identity_logs(world: World, actor: Principal, identity: str) -> dict[str, list[bytes]]:
    """The signed events of an identity and of all that delegate to it, by id: enough for a stranger."""
    return world.identities.logs([get_identity(world, actor, identity).record.id])


def create_identity(
    world: World, actor: Principal, subject: str, name: str, *, delegated: bool = False
) -> tuple[IdentityView, bytes]:
    """A new person or service with keys that the node holds, and the seed of its recovery key, which is
    not kept. ``delegated``: a sub-identity of the actor, which can do nothing until it is delegated to."""
    require(world, actor, "admin", "identities")
    if subject not in MADE:
        raise InvalidInput(f"an identity is made for a {' or a '.join(MADE)}, not for {subject!r}")
    seed = world.entropy.bytes(SEED_BYTES)
    recovery = (commitment(world.signatures.public_key(seed)),)
    above = actor.identity if delegated else ""
    wanted = Wanted(actor.subnet, subject, name, delegator=above, recovery=recovery)
    record = make_held(world.identities, world.entropy, wanted)
    assert record is not None, "it has no label that could be taken"
    return IdentityView(record, world.identities.state(record.id)), seed


def rotate_identity(world: World, actor: Principal, identity: str) -> KeyState:
    """Bring the next key into force, a moment from now."""
    record = _mine_to_change(world, actor, identity)
    state = rotate_held(world.identities, world.entropy, record.id)
    remember_done(world, actor, "key", "identity.rotate", record.id)
    return state


def recover_identity(
    world: World, actor: Principal, identity: str, recovery_seed: bytes
) -> tuple[KeyState, bytes]:
    """New keys by the recovery key; gives the seed of the next recovery key, which is not kept."""
    record = _mine_to_change(world, actor, identity)
    seed = world.entropy.bytes(SEED_BYTES)
    next = [commitment(world.signatures.public_key(seed))]
    state = recover_held(world.identities, world.entropy, record.id, recovery_seed, next)
    remember_done(world, actor, "key", "identity.recover", record.id)
    return state, seed


def revoke_identity(world: World, actor: Principal, identity: str) -> KeyState:
    """End an identity at once, with every token and sub-identity of it."""
    record = _mine_to_change(world, actor, identity)
    if record.subnet == NODE_SUBNET:
        raise WrongState("the node cannot end its own identity while it runs; rotate its key")
    state = revoke_held(world.identities, record.id)
    world.trust.books.forget()
    remember_done(world, actor, "key", "identity.revoke", record.id)
    return state


def delegate_identity(
    world: World,
    actor: Principal,
    identity: str,
    sub: str,
    scopes: Sequence[str],
    until_us: int | None,
) -> KeyState:
    """Let a sub-identity act under these scopes; only whoever the identity is may give from it."""
    record = _mine_to_give(world, actor, identity)
    below = visible(world, actor, sub)
    if below.delegator != record.id:
        raise InvalidInput(f"identity {below.id} was not made as a sub-identity of {record.id}")
    check_scopes(scopes)
    now_us = world.clock.now_us()
    if until_us is not None and until_us <= now_us:
        raise InvalidInput("the delegation would be over before it begins")
    state = delegate_held(world.identities, record.id, below.id, scopes, until_us, now_us)
    given = {"sub": below.id, "scopes": list(scopes)}
    remember_done(world, actor, "key", "identity.delegate", record.id, details=given)
    return state


def withdraw_delegation(world: World, actor: Principal, identity: str, sub: str) -> KeyState:
    """Let a sub-identity do nothing any more."""
    record = _mine_to_give(world, actor, identity)
    below = visible(world, actor, sub)
    state = world.identities.state(record.id)
    if all(given.sub != below.id for given in state.delegations):
        raise WrongState(f"identity {record.id} delegates nothing to {below.id}")
    state = withdraw_held(world.identities, record.id, below.id)
    remember_done(world, actor, "key", "identity.withdraw", record.id, details={"sub": below.id})
    return state


def check_scopes(scopes: Sequence[str]) -> None:
    """Raise :class:`InvalidInput` for scopes that a key event cannot hold."""
    short = all(0 < len(scope) <= SCOPE_CHARACTERS_MAX for scope in scopes)
    if not 0 < len(scopes) <= SCOPES_MAX or not short:
        raise InvalidInput(f"name 1 to {SCOPES_MAX} scopes of at most {SCOPE_CHARACTERS_MAX} characters each")


def visible(world: World, actor: Principal, identity: str) -> IdentityRecord:
    """An identity of the actor's subnet or of the node, by id or label. Others do not exist."""
    store = world.identities.store
    record = store.labelled(identity) if ":" in identity else store.record(identity)
    if record is None or record.subnet not in (actor.subnet, NODE_SUBNET):
        raise UnknownObject(f"there is no identity {identity!r}", identity=identity)
    return record


def _mine_to_change(world: World, actor: Principal, identity: str) -> IdentityRecord:
    """An identity whose keys the actor may have changed: its own, and what an admin looks after."""
    record = visible(world, actor, identity)
    scope = "flows:read" if actor.identity == record.id else "admin"
    require(world, actor, scope, f"identities/{record.id}")
    if record.subnet == NODE_SUBNET and actor.subnet != PERSONAL:
        raise PermissionDenied("the identities of the node belong to its owner")
    return record


def _mine_to_give(world: World, actor: Principal, identity: str) -> IdentityRecord:
    """An identity in whose name the actor may speak."""
    record = _mine_to_change(world, actor, identity)
    if actor.id != LOCAL and actor.identity != record.id and record.subject != "service":
        raise PermissionDenied("only the identity itself delegates what it may", identity=record.id)
    return record
