"""Persons who sign in: each has an identity, whose key the node holds, and acts under it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.base.errors import PermissionDenied, UnknownObject, WrongState
from engine.ports.access_store import Principal
from engine.ports.identities import IdentityRecord
from engine.usecases.held_identities import Wanted, make_held, revoke_held
from engine.usecases.permission import require
from engine.usecases.remember import remember_done
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


def list_persons(world: World, actor: Principal) -> list[IdentityRecord]:
    """The persons of the actor's subnet, oldest first; not their further browsers."""
    require(world, actor, "admin", "persons")
    records = world.identities.store.records(actor.subnet)
    return [one for one in records if one.subject == "person" and not one.delegator]


def one_person(world: World, actor: Principal, identity: str) -> IdentityRecord:
    """One of them; raises :class:`UnknownObject`."""
    found = next((one for one in list_persons(world, actor) if one.id == identity), None)
    if found is None:
        raise UnknownObject(f"there is no person {identity!r}", identity=identity)
    return found


def change_person(
    world: World, actor: Principal, what: str, resource: str, details: Mapping[str, Any]
) -> None:
    """Remember what was done about a person by whoever keeps the accounts."""
    require(world, actor, "admin", "persons")
    remember_done(world, actor, "change", f"person.{what}", resource, details=details)


def switch_off_person(world: World, actor: Principal, identity: str) -> None:
    """Revoke all tokens that stand for a person; the identity stays."""
    _revoke_tokens(world, one_person(world, actor, identity))
    remember_done(world, actor, "change", "person.switch_off", identity)


def remove_person(world: World, actor: Principal, identity: str) -> None:
    """Revoke a person's tokens, and end the identity where the node holds its keys; one whose keys lie in a
    browser is ended by its owner only, and opens nothing here any more."""
    record = one_person(world, actor, identity)
    _revoke_tokens(world, record)
    if record.held and record.revoked_us is None:
        revoke_held(world.identities, record.id)
    remember_done(world, actor, "change", "person.remove", identity)


def _revoke_tokens(world: World, record: IdentityRecord) -> None:
    for token in world.access.tokens(record.subnet):
        if token.identity == record.id and not token.revoked:
            world.access.revoke_token(token.id)
