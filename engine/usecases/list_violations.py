"""List the times that guest code crossed a limit of the sandbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.ports.access_store import Principal
from engine.ports.violations import Violation, ViolationQuery
from engine.usecases.permission import require
from engine.usecases.world import World


def list_violations(world: World, actor: Principal, query: ViolationQuery) -> Sequence[Violation]:
    """A page of those in the actor's subnet, newest first; raises :class:`PermissionDenied`."""
    require(world, actor, "system:read")
    limit = max(1, min(query.limit, world.limits.page_size_max))
    return world.violations.store.violations(replace(query, subnet=actor.subnet, limit=limit))
