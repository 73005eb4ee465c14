"""The history of validations: denied ones one by one, passed ones counted together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.ports.access_store import Principal
from engine.ports.validation_log import ValidationQuery, ValidationRecord
from engine.usecases.permission import own_execution, require
from engine.usecases.world import World


def list_validations(world: World, actor: Principal, query: ValidationQuery) -> Sequence[ValidationRecord]:
    """A page of records of the actor's subnet, newest first.

    Those of one execution take the scope ``executions:read``, all of the subnet ``system:read``.
    """
    if query.execution is None:
        require(world, actor, "system:read", "permissions", "permission.read")
    else:
        own_execution(world, actor, query.execution, "executions:read")
    limit = max(1, min(query.limit, world.limits.page_size_max))
    return world.trust.log.records(replace(query, subnet=actor.subnet, limit=limit))
