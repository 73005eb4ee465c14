"""Pause, resume and abort an execution, at any time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.base.errors import WrongState
from engine.journal.state import Status
from engine.ports.access_store import Principal
from engine.ports.journal_store import Header, Posted
from engine.usecases.permission import own_execution
from engine.usecases.world import World

_ALLOWED = {
    "pause": (Status.RUNNING, Status.WAITING, Status.PAUSED),
    "resume": (Status.PAUSED, Status.RUNNING, Status.WAITING),
    "abort": (Status.PENDING, Status.RUNNING, Status.WAITING, Status.PAUSED, Status.ABORTED),
}


def pause_execution(world: World, actor: Principal, execution: str, reason: str = "") -> Header:
    """Let nothing new start; steps in flight finish. Pausing a paused one changes nothing."""
    return _control(world, actor, execution, "pause", reason)


def resume_execution(world: World, actor: Principal, execution: str) -> Header:
    """Let a paused execution go on."""
    return _control(world, actor, execution, "resume", "")


def abort_execution(world: World, actor: Principal, execution: str, reason: str = "") -> Header:
    """End an execution; steps in flight are cancelled, sub-flows aborted."""
    return _control(world, actor, execution, "abort", reason)


def _control(world: World, actor: Principal, execution: str, verb: str, reason: str) -> Header:
    header = own_execution(world, actor, execution, "executions:write")
    if header.status not in _ALLOWED[verb]:
        raise WrongState(
            f"cannot {verb} execution {execution}: it is {header.status}", status=str(header.status)
        )
    if header.status is Status.PENDING and not world.journal.leave_lane(execution):
        header = world.journal.header(execution)  # its lane let it go meanwhile
    post_signal(world, execution, verb, {"reason": reason} if reason else {}, actor.id)
    return header


def post_signal(
    world: World,
    execution: str,
    kind: str,
    payload: Mapping[str, Any],
    actor: str,
    signal_id: str | None = None,
) -> bool:
    """Put a signal in an inbox and ring; False where this signal was there before."""
    posted = Posted(signal_id or world.new_id("sig"), execution, kind, payload, actor)
    fresh = world.journal.post(posted)
    world.waker.ring(execution)
    return fresh
