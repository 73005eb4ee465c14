"""Answer a step that waits: an approval, or a call to its resume URL."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

from engine.base.errors import PermissionDenied, WrongState
from engine.base.ids import derived
from engine.journal.state import ExecutionState, Parked
from engine.ports.access_store import Principal
from engine.ports.journal_store import Header
from engine.usecases.control_execution import post_signal
from engine.usecases.inspect_execution import state_of
from engine.usecases.permission import own_execution
from engine.usecases.world import World


def answer_wait(
    world: World,
    actor: Principal,
    execution: str,
    task: int | str,
    payload: Mapping[str, Any],
    kind: str = "approval",
) -> Header:
    """Resume a parked step with an answer. ``task`` is the task's number or the step's id.

    Raises :class:`WrongState` where no such step waits for this kind of answer, and
    :class:`PermissionDenied` where the step names approvers and the actor is none of them.
    """
    header = own_execution(world, actor, execution, "executions:write", "wait.answer")
    state = state_of(world, header)
    parked = _find(header, state, task, kind)
    approvers = parked.wait.get("prompt", {}).get("approvers") or []
    if kind == "approval" and approvers and not {actor.id, actor.name} & set(approvers):
        raise PermissionDenied(f"only {', '.join(approvers)} may answer this approval")
    # one answer per wait: the id is a function of the wait, so a second answer is refused
    signal = derived("sig", execution, state.epoch, parked.task.id, parked.since_us)
    content = {"task": parked.task.id, "payload": dict(payload)}
    if not post_signal(world, execution, kind, content, actor.id, signal):
        raise WrongState(f"step {parked.task.step!r} of {execution} was answered before")
    return header


def _find(header: Header, state: ExecutionState, task: int | str, kind: str) -> Parked:
    for candidate in state.parked.values():
        if candidate.wait["kind"] == kind and task in (candidate.task.id, candidate.task.step):
            return candidate
    waiting = ", ".join(f"{p.task.step} ({p.wait['kind']})" for p in state.parked.values())
    raise WrongState(f"no step of {header.id} waits for {kind} as {task!r}; waiting: {waiting or 'none'}")


def resume_token(secret: bytes, execution: str, task: int) -> str:
    """The unguessable part of a parked step's resume URL: HMAC-SHA-256, first 32 hex digits."""
    return hmac.digest(secret, f"{execution}/{task}".encode(), "sha256").hex()[:32]


def check_resume_token(world: World, execution: str, task: int, token: str) -> bool:
    """Whether a resume URL's token is right; compared in constant time."""
    return hmac.compare_digest(resume_token(world.secret, execution, task), token)
