"""Create checkpoints of an execution, and go back to one."""

from __future__ import annotations

from typing import Any

from engine.base.errors import UnknownObject, WrongState
from engine.journal.facts import CheckpointCreated
from engine.ports.access_store import Principal
from engine.ports.journal_store import Header
from engine.usecases.control_execution import post_signal
from engine.usecases.inspect_execution import execution_state
from engine.usecases.permission import own_execution
from engine.usecases.world import World


def create_checkpoint(world: World, actor: Principal, execution: str, label: str = "") -> str:
    """Ask for a checkpoint; gives its id. It is in the journal once the execution's worker took it
    up, which for one that waits is at once. Raises :class:`WrongState` for an ended execution."""
    header = own_execution(world, actor, execution, "executions:write")
    _must_live(header, "checkpoint")
    checkpoint = world.new_id("chk")
    post_signal(world, execution, "checkpoint", {"checkpoint": checkpoint, "label": label}, actor.id)
    return checkpoint


def list_checkpoints(world: World, actor: Principal, execution: str) -> list[dict[str, Any]]:
    """Checkpoints of an execution: ``{"id", "label", "at_us", "sequence"}``, oldest first."""
    _, state = execution_state(world, actor, execution)
    return list(state.checkpoints)


def restore_checkpoint(world: World, actor: Principal, execution: str, checkpoint: str) -> Header:
    """Go back to a checkpoint: what came after it is done again. Effects on the outside are not
    undone. Raises :class:`UnknownObject` for an unknown checkpoint and :class:`WrongState` for an
    ended execution (fork it from the checkpoint instead)."""
    header = own_execution(world, actor, execution, "executions:write")
    _must_live(header, "restore a checkpoint of")
    fact = checkpoint_of(world, execution, checkpoint)
    content = {"checkpoint": checkpoint, "state": fact.state}
    post_signal(world, execution, "restore", content, actor.id)
    return header


def checkpoint_of(world: World, execution: str, checkpoint: str) -> CheckpointCreated:
    """The checkpoint's fact; raises :class:`UnknownObject`."""
    _, entries = world.journal.load(execution)
    for entry in entries:
        if isinstance(entry.fact, CheckpointCreated) and entry.fact.checkpoint == checkpoint:
            return entry.fact
    raise UnknownObject(
        f"execution {execution} has no checkpoint {checkpoint!r}; it may have been truncated away"
    )


def _must_live(header: Header, verb: str) -> None:
    if header.status.ended:
        hint = "fork the execution instead"
        raise WrongState(f"cannot {verb} execution {header.id}: it is {header.status}; {hint}")
