"""Persons whose keys the node does not hold answer for a flow by a signature of their own."""

from __future__ import annotations

from dataclasses import dataclass

from engine.base.errors import PermissionDenied
from engine.ports.access_store import Principal
from engine.ports.flow_store import FlowSignature
from engine.usecases.get_flow import view
from engine.usecases.own_keys import check_fresh
from engine.usecases.permission import require
from engine.usecases.remember import remember_done
from engine.usecases.vouchers import SCOPE, flow_statement
from engine.usecases.world import World


@dataclass(frozen=True, slots=True)
class Statement:
    """What is to be signed: whoever signs answers for this version from ``at_us`` on."""

    version: str
    at_us: int
    data: bytes


def prepare_vouching(world: World, actor: Principal, flow: str) -> Statement:
    """The statement about the newest version of a flow; nothing is stored. Raises :class:`UnknownObject`."""
    require(world, actor, SCOPE, f"flows/{flow}")
    version, at_us = view(world, actor.subnet, flow).flow.version, world.clock.now_us()
    return Statement(version, at_us, flow_statement(actor.subnet, version, at_us))


def vouch_for_flow(world: World, actor: Principal, flow: str, signature: FlowSignature) -> None:
    """Keep a signature that the actor, or a browser of the actor, made over such a statement.

    Raises :class:`PermissionDenied` for one that does not count or is somebody else's, and
    :class:`InvalidInput` for one that is not dated now.
    """
    require(world, actor, SCOPE, f"flows/{flow}")
    found = view(world, actor.subnet, flow, signature.version).flow
    check_fresh(world, signature.at_us)
    data = flow_statement(actor.subnet, found.version, signature.at_us)
    world.identities.refresh()
    one = signature
    root = world.identities.check(one.identity, one.key, one.at_us, SCOPE, data, one.signature)
    if root != actor.identity:
        raise PermissionDenied("this is the signature of somebody else", identity=one.identity)
    world.flows.sign(actor.subnet, one)
    details = {"version": found.version, "identity": one.identity}
    remember_done(world, actor, "change", "flow.sign", f"flows/{flow}", details=details)
