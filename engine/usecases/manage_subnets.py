"""Subnets of a node: make them, list them, show one."""

from __future__ import annotations

import re

from engine.base.errors import InvalidInput, PermissionDenied, UnknownObject
from engine.ports.access_store import Principal, Subnet
from engine.ports.policy import PERSONAL
from engine.usecases.node_identity import NODE_SUBNET
from engine.usecases.permission import require
from engine.usecases.remember import remember
from engine.usecases.world import World

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
NAME_CHARACTERS_MAX = 200


def create_subnet(world: World, actor: Principal, id: str, name: str = "") -> Subnet:
    """A subnet with the default policy, keys of its own and nothing in it; only who keeps the node may.

    Raises :class:`InvalidInput` for an id that is none, and :class:`WrongState` where there is one already.
    """
    must_keep_the_node(world, actor)
    if not _ID.fullmatch(id) or id == NODE_SUBNET:
        raise InvalidInput(f"{id[:80]!r} is no id of a subnet: 1 to 63 letters a-z, digits, hyphens")
    if len(name) > NAME_CHARACTERS_MAX or not (name or id).isprintable():
        raise InvalidInput(f"a name has at most {NAME_CHARACTERS_MAX} printable characters")
    made = world.access.create_subnet(id, name or id, world.clock.now_us())
    remember(world, actor, "change", "subnet.create", id)
    return made


def list_subnets(world: World, actor: Principal) -> list[Subnet]:
    """The subnets that the actor may know of, oldest first: who keeps the node all, others their own."""
    require(world, actor, "system:read")
    return [one for one in world.access.subnets() if _may_know(actor, one.id)]


def show_subnet(world: World, actor: Principal, id: str) -> Subnet:
    """One of them; raises :class:`UnknownObject`."""
    require(world, actor, "system:read")
    found = next((one for one in list_subnets(world, actor) if one.id == id), None)
    if found is None:
        raise UnknownObject(f"there is no subnet {id!r}", subnet=id)
    return found


def _may_know(actor: Principal, subnet: str) -> bool:
    return subnet == actor.subnet or keeps_the_node(actor)


def keeps_the_node(actor: Principal) -> bool:
    """Whether somebody administers the personal subnet, and with it the node."""
    return actor.subnet == PERSONAL and actor.may("admin")


def must_keep_the_node(world: World, actor: Principal) -> None:
    """Raise :class:`PermissionDenied` for anybody but the administrators of the personal subnet."""
    require(world, actor, "admin")
    if actor.subnet != PERSONAL:
        raise PermissionDenied("only the keeper of the node, in its personal subnet, may do this to subnets")
