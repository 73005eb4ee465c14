"""The door to the validation pipeline: what every use-case begins with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.base.errors import UnknownObject
from engine.ports.access_store import Principal
from engine.ports.journal_store import Header
from engine.usecases.world import World
from engine.validation.operation import Cleared, Kind, Operation

ACTIONS: Mapping[str, str] = {
    "flows:read": "flow.read",
    "flows:write": "flow.write",
    "executions:read": "execution.read",
    "executions:write": "execution.control",
    "system:read": "system.read",
    "admin": "subnet.manage",
}
"""What a request under a scope does, unless it says so itself."""


def require(
    world: World,
    actor: Principal,
    scope: str,
    resource: str = "*",
    action: str = "",
    kind: Kind = Kind.REQUEST,
    metadata: Mapping[str, Any] | None = None,
) -> Cleared:
    """Put a request through the pipeline; raises the error of the stage that refuses it.

    The token's scopes bound what a grant gives: both must allow the action. ``resource`` ``*`` is the
    subnet as a whole.
    """
    operation = Operation(
        kind=kind,
        actor=actor.id,
        subnet=actor.subnet,
        action=action or ACTIONS[scope],
        resource=resource,
        scopes=actor.scopes,
        acts=not scope.endswith(":read"),
        metadata=metadata or {},
    )
    return world.trust.pipeline.admit(operation)


def own_execution(world: World, actor: Principal, execution: str, scope: str, action: str = "") -> Header:
    """The header of an execution of the actor's subnet. One of another subnet does not exist, and who may
    not ask does not learn which do."""
    header = _header(world, actor, execution)
    flow = f"flows/{header.flow}/" if header is not None else ""
    kind = Kind.EXTERNAL_EVENT if action == "wait.answer" else Kind.REQUEST
    require(world, actor, scope, f"{flow}executions/{execution}", action, kind)
    if header is None:
        raise UnknownObject(f"there is no execution {execution!r}")
    return header


def _header(world: World, actor: Principal, execution: str) -> Header | None:
    try:
        header = world.journal.header(execution)
    except UnknownObject:
        return None
    return header if header.subnet == actor.subnet else None
