"""Sharing one flow: a person gets a right to it, which adds to what the person may do anyway.

A right comes by a link and is a grant that names it, so that taking the link back ends all that came by it.
Nobody shares what they may not do themselves, and whoever got a right by a link cannot hand it on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.base.errors import InvalidInput, Problem, UnknownObject
from engine.base.limits import GRANTS_MAX
from engine.ports.access_store import Principal
from engine.ports.flow_store import FlowRecord
from engine.ports.permissions import REVOKED_EVENT, Grant
from engine.usecases.permission import require
from engine.usecases.persons import ACTOR_PREFIX
from engine.usecases.quotas import exceeded
from engine.usecases.remember import remember_done
from engine.usecases.world import World

_VIEW = ("flow.read", "execution.read")
_RUN = (*_VIEW, "flow.start", "step.run", "execution.control", "wait.answer")

RIGHTS: Mapping[str, tuple[str, ...]] = {"view": _VIEW, "run": _RUN, "edit": (*_RUN, "flow.write")}
"""What a link can give, as actions on the flow and on all below it."""

_SCOPES: Mapping[str, tuple[str, ...]] = {
    "view": ("flows:read", "executions:read"),
    "run": ("flows:read", "executions:write"),
    "edit": ("flows:write", "executions:write"),
}


@dataclass(frozen=True, slots=True)
class FlowShare:
    """A right to a flow for the person of an ``identity``, by the link ``share``; None: without an end."""

    flow: str
    identity: str
    right: str
    share: str
    expires_us: int | None = None


def may_share(world: World, actor: Principal, flow: str, right: str) -> None:
    """Raise :class:`PermissionDenied` where the actor may not give this right to the flow,
    :class:`InvalidInput` where there is no such right, and :class:`UnknownObject` without the flow."""
    require(world, actor, "flows:write", f"flows/{flow}", "flow.share")
    world.flows.record(actor.subnet, flow)
    if right not in RIGHTS:
        raise InvalidInput("the right is not valid", [Problem("right", f"one of {', '.join(RIGHTS)}")])
    for action in RIGHTS[right]:
        scope = next(one for one in _SCOPES[right] if one.startswith(_family(action)))
        require(world, actor, scope, f"flows/{flow}", action)


def share_flow(world: World, actor: Principal, given: FlowShare) -> Grant:
    """Give a person of the actor's subnet a right to a flow; the same link twice gives it once.

    Raises as :func:`may_share`, and :class:`UnknownObject` for somebody who is no person of the subnet.
    """
    may_share(world, actor, given.flow, given.right)
    _person_of_the_subnet(world, actor, given.identity)
    store, now_us = world.trust.permissions, world.trust.now_us()
    grants, who = store.grants(actor.subnet), f"{ACTOR_PREFIX}{given.identity}"
    for one in grants:
        if (one.share, one.who) == (given.share, who) and in_force(one, now_us):
            return one
    if len(grants) >= GRANTS_MAX:
        raise exceeded("grants_max", GRANTS_MAX, "grants in a subnet")
    grant = Grant(
        id=world.new_id("grt"),
        subnet=actor.subnet,
        who=who,
        actions=RIGHTS[given.right],
        resource=f"flows/{given.flow}",
        granted_by=actor.id,
        granted_us=now_us,
        expires_us=given.expires_us,
        share=given.share,
    )
    store.add_grant(grant)
    world.trust.books.forget()
    details = {"flow": given.flow, "right": given.right, "share": given.share, "expires_us": given.expires_us}
    remember_done(world, actor, "change", "flow.share", grant.id, details={"who": who, **details})
    return grant


def end_share(world: World, actor: Principal, flow: str, share: str) -> int:
    """Take back what came by a link; gives from how many persons. Raises :class:`UnknownObject`."""
    require(world, actor, "flows:write", f"flows/{flow}", "flow.share")
    world.flows.record(actor.subnet, flow)
    return end_shares(world, actor, flow, share)


def end_shares(world: World, actor: Principal, flow: str, share: str = "") -> int:
    """End the rights to a flow that came by a link, or by any. The caller has asked whether it may."""
    store, now_us = world.trust.permissions, world.trust.now_us()
    ended = [
        one
        for one in store.grants(actor.subnet)
        if one.share and share in ("", one.share) and _flow_of(one) == flow and in_force(one, now_us)
    ]
    for one in ended:
        store.revoke_grant(actor.subnet, one.id, actor.id, now_us)
        remember_done(
            world, actor, "change", "flow.unshare", one.id, details={"who": one.who, "share": one.share}
        )
        world.notifier.event(actor.subnet, REVOKED_EVENT, {"grant": one.id, "who": one.who, "by": actor.id})
    world.trust.books.forget()
    return len(ended)


def shares_of(world: World, actor: Principal, flow: str) -> Sequence[Grant]:
    """The rights to a flow that came by links and are in force, oldest first."""
    require(world, actor, "flows:write", f"flows/{flow}", "flow.share")
    now_us = world.trust.now_us()
    grants = world.trust.permissions.grants(actor.subnet)
    return [one for one in grants if one.share and _flow_of(one) == flow and in_force(one, now_us)]


def shared_with(world: World, actor: Principal) -> list[FlowRecord]:
    """The flows that others shared with the actor, by id; it asks for no scope, and shows no other flow."""
    now_us = world.trust.now_us()
    ids = {
        _flow_of(one)
        for one in world.trust.permissions.grants(actor.subnet)
        if one.share and one.who == actor.id and in_force(one, now_us)
    }
    return [record for one in sorted(ids) if (record := _record(world, actor, one)) is not None]


def in_force(grant: Grant, now_us: int) -> bool:
    """Whether a grant gives anything now."""
    return grant.revoked_us is None and (grant.expires_us is None or now_us < grant.expires_us)


def _family(action: str) -> str:
    """The beginning of the scopes that stand for an action."""
    return "flows:" if action in ("flow.read", "flow.write") else "executions:"


def _flow_of(grant: Grant) -> str:
    return grant.resource.removeprefix("flows/")


def _record(world: World, actor: Principal, flow: str) -> FlowRecord | None:
    try:
        return world.flows.record(actor.subnet, flow)
    except UnknownObject:
        return None


def _person_of_the_subnet(world: World, actor: Principal, identity: str) -> None:
    record = world.identities.store.record(identity)
    if record.subnet != actor.subnet or record.subject != "person":
        raise UnknownObject(f"there is no person {identity!r}", identity=identity)
