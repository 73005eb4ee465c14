"""What happened in an execution, entry by entry, beside the flow it ran: for replaying it to people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.flow.model import Flow
from engine.journal.facts import CheckpointRestored
from engine.journal.snapshot import restore
from engine.journal.state import ExecutionState
from engine.ports.access_store import Principal
from engine.ports.journal_store import Entry, Header
from engine.usecases.permission import own_execution
from engine.usecases.world import World


@dataclass(frozen=True, slots=True)
class History:
    """The first entries of a journal, in order. ``flow`` is the version that ran, also where the flow itself
    is deleted. ``restored``: sequence of an entry that went back to a checkpoint -> the state it went to."""

    header: Header
    flow: Flow
    entries: Sequence[Entry]
    restored: Mapping[int, ExecutionState]


def execution_history(world: World, actor: Principal, execution: str, limit: int = 5000) -> History:
    """At most ``limit`` entries. Raises :class:`UnknownObject`."""
    header = own_execution(world, actor, execution, "executions:read")
    entries = world.journal.entries(execution, 0, limit)
    restored = {
        entry.sequence: restore(entry.fact.state)
        for entry in entries
        if isinstance(entry.fact, CheckpointRestored)
    }
    return History(header, world.plans.get(header.subnet, header.version).flow, entries, restored)
