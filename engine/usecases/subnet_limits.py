"""The limits of a subnet: what the node gives, and what the subnet's own policy lowers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from engine.base.errors import InvalidInput, Problem
from engine.base.limits import Limits
from engine.ports.access_store import Principal
from engine.usecases.change_access import save_policy
from engine.usecases.permission import require
from engine.usecases.world import World

NAMES = frozenset(spec.name for spec in fields(Limits))


@dataclass(frozen=True, slots=True)
class SubnetLimits:
    """``node`` are the most that a policy can give, ``lowered`` what this one says, by name. ``governed``:
    its members vote on it. ``revision`` is the policy's."""

    node: Limits
    lowered: Mapping[str, int]
    governed: bool
    revision: int


def subnet_limits(world: World, actor: Principal) -> SubnetLimits:
    """Those of the actor's subnet."""
    require(world, actor, "system:read", "policy")
    revision, document = world.access.policy_document(actor.subnet)
    governed = world.access.signed_policy(actor.subnet) is not None
    return SubnetLimits(world.limits, dict(document.get("limits") or {}), governed, revision)


def lower_limits(world: World, actor: Principal, wanted: Mapping[str, int | None], revision: int) -> int:
    """Change what the subnet's policy says of some limits; None leaves one to the node. Gives the policy's
    new revision. Raises :class:`InvalidInput`, :class:`StaleRevision` where the policy is no longer at this
    revision, and :class:`PolicyViolation` where its members decide."""
    require(world, actor, "admin", "policy")
    _check(world.limits, wanted)
    _, document = world.access.policy_document(actor.subnet)
    limits = {**dict(document.get("limits") or {}), **wanted}
    kept = {name: value for name, value in limits.items() if value is not None}
    return save_policy(world, actor, {**document, "limits": kept}, revision)


def _check(node: Limits, wanted: Mapping[str, int | None]) -> None:
    problems = [Problem(name, "there is no such limit") for name in sorted(set(wanted) - NAMES)]
    for name in sorted(NAMES & set(wanted)):
        value, most = wanted[name], getattr(node, name)
        if value is not None and not 0 <= value <= most:
            problems.append(Problem(name, f"from 0 to {most}, which is what the node gives"))
    if problems:
        raise InvalidInput("the limits are not right", problems)
