"""Persons who sign in: each has an identity, whose key the node holds, and acts under it."""

from __future__ import annotations

from collections.abc import Iterable

from engine.base.errors import PermissionDenied, WrongState
from engine.ports.access_store import Principal
from engine.ports.identities import IdentityRecord
from engine.usecases.held_identities import Wanted, make_held
from engine.usecases.world import World

ACTOR_PREFIX = "person:"


def register_person(world: World, subnet: str, name: str) -> IdentityRecord:
    """A new identity for a person of a subnet; raises :class:`UnknownObject` without such a subnet, and
    :class:`WrongState` where a person of that name has one there."""
    world.access.subnet(subnet)
    wanted = Wanted(subnet, "person", name, f"person:{subnet}:{name}", spare=True)
    made = make_held(world.identities, world.entropy, wanted)
    if made is None:
        raise WrongState(f"there is a person {name!r} in {subnet} already; choose another name")
    return made


def act_as_person(world: World, identity: str, scopes: Iterable[str]) -> Principal:
    """The principal of a person who has signed in; raises :class:`PermissionDenied` once the identity is
    revoked, so that no session outlives it."""
    record = world.identities.store.record(identity)
    if world.identities.state(identity).key_at(world.clock.now_us()) is None:
        raise PermissionDenied("this identity was revoked; ask an administrator", identity=identity)
    actor = f"{ACTOR_PREFIX}{identity}"
    return Principal(actor, record.name, record.subnet, frozenset(scopes), identity)
