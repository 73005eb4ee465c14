"""List the uses of capability tokens, allowed and denied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.ports.access_store import Principal
from engine.ports.capabilities import CapabilityUse, UseQuery
from engine.usecases.permission import own_execution, require
from engine.usecases.world import World


def list_capability_uses(world: World, actor: Principal, query: UseQuery) -> Sequence[CapabilityUse]:
    """A page of the uses in the actor's subnet, newest first.

    The whole subnet's need the scope ``system:read``, those of one execution ``executions:read``. Raises
    :class:`PermissionDenied`, and :class:`UnknownObject` for an execution of another subnet.
    """
    if query.execution is None:
        require(world, actor, "system:read")
    else:
        own_execution(world, actor, query.execution, "executions:read")
    limit = max(1, min(query.limit, world.limits.page_size_max))
    return world.capabilities.uses(replace(query, subnet=actor.subnet, limit=limit))
