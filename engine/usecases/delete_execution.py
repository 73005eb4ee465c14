"""Delete executions: one by hand, or those whose retention is over."""

from __future__ import annotations

from engine.base.errors import QflowError
from engine.base.limits import HOLD_LOOK_AGAIN_US
from engine.ports.access_store import Principal
from engine.ports.journal_store import Header
from engine.usecases.manage_holds import holding, refuse_held
from engine.usecases.permission import own_execution
from engine.usecases.remember import remember_done
from engine.usecases.world import World


def delete_execution(world: World, actor: Principal, execution: str) -> None:
    """Delete an ended execution with its journal; raises :class:`WrongState` while it lives."""
    header = own_execution(world, actor, execution, "executions:write")
    refuse_held(world, header, "delete")
    _delete(world, header)
    remember_done(world, actor, "data", "execution.delete", header.flow, execution=execution)


def retire_executions(world: World) -> int:
    """Delete what neither retention nor a hold keeps; gives how many."""
    deleted, now_us = 0, world.clock.now_us()
    for execution in world.journal.expired(now_us):
        try:
            header = world.journal.header(execution)
            if holding(world, header) is not None:
                world.journal.keep_until(execution, now_us + HOLD_LOOK_AGAIN_US)
                continue
            _delete(world, header)
            deleted += 1
        except QflowError:
            continue  # another keeper was first
    return deleted


def _delete(world: World, header: Header) -> None:
    world.journal.delete(header.id)
    world.trust.log.forget(header.id)
    world.index.remove(header.subnet, "execution", [header.id])
