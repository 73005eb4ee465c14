"""Delete executions: one by hand, or those whose retention is over."""

from __future__ import annotations

from engine.base.errors import QflowError
from engine.ports.access_store import Principal
from engine.usecases.permission import own_execution
from engine.usecases.world import World


def delete_execution(world: World, actor: Principal, execution: str) -> None:
    """Delete an ended execution with its journal; raises :class:`WrongState` while it lives."""
    own_execution(world, actor, execution, "executions:write")
    world.journal.delete(execution)


def retire_executions(world: World) -> int:
    """Delete what retention no longer keeps; gives how many."""
    deleted = 0
    for execution in world.journal.expired(world.clock.now_us()):
        try:
            world.journal.delete(execution)
            deleted += 1
        except QflowError:
            continue  # another keeper was first
    return deleted
