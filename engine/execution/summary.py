"""The header of an execution, and its result, from its state."""

from __future__ import annotations

from dataclasses import replace

from engine.flow.plan import Plan
from engine.journal.facts import PortData
from engine.journal.state import ExecutionState, Status
from engine.ports.journal_store import Header

DAY_US = 86_400_000_000


def visible_status(state: ExecutionState) -> Status:
    """The status people see: running becomes waiting when only timers and signals can bring it on."""
    if state.status is Status.RUNNING and not (state.ready or state.running):
        return Status.WAITING if state.parked or state.retrying else state.status
    return state.status


def wake_us(state: ExecutionState) -> int | None:
    """When the next of its timers is due; None where none is set or nothing may start."""
    if state.status is not Status.RUNNING:
        return None
    times = [parked.until_us for parked in state.parked.values() if parked.until_us is not None]
    times += [due for _, due in state.retrying.values()]
    if state.started.deadline_us is not None:
        times.append(state.started.deadline_us)
    return min(times, default=None)


def waits_for(state: ExecutionState) -> str:
    """Event types that parked steps, or the paused execution itself, wait for, between bars."""
    types = {
        str(parked.wait.get("match", {}).get("type", ""))
        for parked in state.parked.values()
        if parked.wait["kind"] == "event"
    }
    types |= {state.awaits} if state.awaits else set()
    return f"|{'|'.join(sorted(types))}|" if types else ""


def result_of(state: ExecutionState) -> PortData | None:
    """The result: the first port with items of the last run."""
    if state.last is None:
        return None
    run = state.runs[state.last[0]][state.last[1]]
    return next((data for data in run.outputs.values() if data.count), None)


def header_of(header: Header, plan: Plan, state: ExecutionState, now_us: int, retention_days: int) -> Header:
    """The header as it must be stored with the facts that led to this state; its data is kept for
    ``retention_days`` after its end, unless its flow says otherwise."""
    keep_until = header.keep_until_us
    if state.status.ended and keep_until is None:
        keep_until = _keep_until(plan, state, now_us, retention_days)
    return replace(
        header,
        status=visible_status(state),
        updated_us=now_us,
        sequence=state.sequence,
        current_step=_current_step(state),
        error=state.error,
        wake_us=wake_us(state),
        started_us=header.started_us or (now_us if state.status is not Status.PENDING else None),
        ended_us=state.ended_us,
        keep_until_us=keep_until,
        waits_for=waits_for(state),
        custom=state.custom or None,
    )


def _current_step(state: ExecutionState) -> str:
    """The step that runs, waits or is next; of an ended execution the last one."""
    for task in state.running.values():
        return task.step
    for parked in state.parked.values():
        return parked.task.step
    for task, _ in state.retrying.values():
        return task.step
    if state.ready:
        return state.ready[0].step
    return state.last[0] if state.last else ""


def _keep_until(plan: Plan, state: ExecutionState, now_us: int, retention_days: int) -> int:
    settings = plan.flow.settings
    if settings.save_data == "none":
        return now_us
    if settings.save_data == "failed" and state.status is Status.COMPLETED:
        return now_us
    days = retention_days if settings.retention_days is None else settings.retention_days
    return now_us + days * DAY_US
