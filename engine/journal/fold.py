"""fold: the state of an execution from its facts.

``fold(plan, facts)`` is a pure function. ``apply`` is its step: it evolves the one state that a
session owns, so that a long execution costs the same per fact at its end as at its start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from engine.base.errors import CorruptData
from engine.flow.plan import MAIN, Plan
from engine.journal import facts as f
from engine.journal.custom_data import with_custom
from engine.journal.routing import TRIGGER, enqueue, in_port_order, release_join, route
from engine.journal.snapshot import restore
from engine.journal.state import ExecutionState, Parked, Run, Status, Task


def fold(plan: Plan, facts: Iterable[f.Fact]) -> ExecutionState:
    """The state after these facts; the first must be ``ExecutionStarted``, or a checkpoint that
    truncates what was before it (then it holds everything needed)."""
    state: ExecutionState | None = None
    for fact in facts:
        state = begin(plan, fact) if state is None else apply(plan, state, fact)
    if state is None:
        raise CorruptData("an execution without facts")
    return state


def begin(plan: Plan, fact: f.Fact) -> ExecutionState:
    """The state after the first fact."""
    if isinstance(fact, f.CheckpointCreated):
        return restore(fact.state)
    if not isinstance(fact, f.ExecutionStarted):
        raise CorruptData(f"a journal that begins with {fact.TYPE}")
    state = ExecutionState(started=fact, status=Status.PENDING, sequence=1)
    for step in [fact.trigger_step] if fact.trigger_step else roots(plan):
        enqueue(state, step, {MAIN: (TRIGGER,)})
    return state


def roots(plan: Plan) -> list[str]:
    """Where a flow without the wanted trigger begins: steps that no wire leads to."""
    bare = [s.id for s in plan.flow.steps if s.id not in plan.wired_inputs]
    return [step for step in bare if step not in plan.triggers] or bare


def apply(plan: Plan, state: ExecutionState, fact: f.Fact) -> ExecutionState:
    """Evolve the state by one fact."""
    if f.is_written(fact):
        state.sequence += 1
    _APPLY[type(fact)](plan, state, fact)
    return state


def _admitted(plan: Plan, state: ExecutionState, fact: f.ExecutionAdmitted) -> None:
    state.status = Status.RUNNING
    state.active_us = fact.at_us


def _take(state: ExecutionState, task_id: int) -> Task:
    """The task, out of wherever it was."""
    if task_id in state.running:
        return state.running.pop(task_id)
    if state.ready and state.ready[0].id == task_id:
        return state.ready.popleft()
    for task in state.ready:
        if task.id == task_id:
            state.ready.remove(task)
            return task
    if task_id in state.retrying:
        return state.retrying.pop(task_id)[0]
    if task_id in state.parked:
        return state.parked.pop(task_id).task
    raise CorruptData(f"the journal speaks of task {task_id}, which is not due")


def _step_started(plan: Plan, state: ExecutionState, fact: f.StepStarted) -> None:
    task = _take(state, fact.task)
    task.run, task.attempt = fact.run, fact.attempt
    state.running[task.id] = task


def _step_completed(plan: Plan, state: ExecutionState, fact: f.StepCompleted) -> None:
    task = _take(state, fact.task)
    run = Run(
        "completed",
        fact.outputs,
        task.inputs,
        fact.started_us,
        fact.at_us,
        fact.attempt,
        None,
        fact.output_cid,
    )
    state.receipts.append(f.receipt_leaf(fact))
    state.custom = with_custom(state.custom, fact.custom)
    _finish(plan, state, task, fact.run, run, fact.memory)


def _finish(plan: Plan, state: ExecutionState, task: Task, run_index: int, run: Run, memory: Any) -> None:
    run.outputs = in_port_order(plan, task.step, run.outputs)
    state.runs_made += 1
    run.order = state.runs_made
    state.runs.setdefault(task.step, {})[run_index] = run
    state.last = (task.step, run_index)
    if memory is not None:
        state.memory[task.step] = memory
    route(plan, state, task.step, run_index, run.outputs)


def _step_failed(plan: Plan, state: ExecutionState, fact: f.StepFailed) -> None:
    task = _take(state, fact.task)
    task.run, task.attempt = fact.run, fact.attempt
    if fact.action == "retry":
        task.signal = None
        state.retrying[task.id] = (task, fact.retry_at_us or fact.at_us)
        return
    run = Run("failed", fact.outputs, task.inputs, fact.started_us, fact.at_us, fact.attempt, fact.error)
    _finish(plan, state, task, fact.run, run, None)
    if fact.action == "stop":
        state.error = fact.error


def _step_interrupted(plan: Plan, state: ExecutionState, fact: f.StepInterrupted) -> None:
    task = _take(state, fact.task)
    state.ready.appendleft(task)


def _step_parked(plan: Plan, state: ExecutionState, fact: f.StepParked) -> None:
    task = _take(state, fact.task)
    task.run, task.attempt = fact.run, fact.attempt
    task.signal = None
    state.parked[task.id] = Parked(task, fact.wait, fact.started_us)
    if fact.memory is not None:
        state.memory[task.step] = fact.memory


def _signal_received(plan: Plan, state: ExecutionState, fact: f.SignalReceived) -> None:
    parked = state.parked.pop(fact.task, None)
    if parked is None:
        raise CorruptData(f"the journal resumes task {fact.task}, which does not wait")
    parked.task.signal = {"kind": fact.kind, "payload": fact.payload, "actor": fact.actor}
    if fact.signal:
        state.signals_seen.add(fact.signal)
    state.ready.appendleft(parked.task)
    state.active_us = fact.at_us


def _join_released(plan: Plan, state: ExecutionState, fact: f.JoinReleased) -> None:
    release_join(plan, state, fact.step)


def _answer_given(plan: Plan, state: ExecutionState, fact: f.AnswerGiven) -> None:
    state.answer = {"status": fact.status, "headers": dict(fact.headers), "body": fact.body}


def _checkpoint(plan: Plan, state: ExecutionState, fact: f.CheckpointCreated) -> None:
    state.checkpoints.append(
        {"id": fact.checkpoint, "label": fact.label, "at_us": fact.at_us, "sequence": state.sequence}
    )


def _restored(plan: Plan, state: ExecutionState, fact: f.CheckpointRestored) -> None:
    fresh = restore(fact.state)
    fresh.sequence, fresh.checkpoints = state.sequence, state.checkpoints
    fresh.epoch = state.epoch + 1
    fresh.status, fresh.awaits = Status.RUNNING, ""
    fresh.active_us = fact.at_us
    for name in ExecutionState.__dataclass_fields__:
        setattr(state, name, getattr(fresh, name))


def _paused(plan: Plan, state: ExecutionState, fact: f.ExecutionPaused) -> None:
    state.status, state.awaits = Status.PAUSED, fact.awaits


def _resumed(plan: Plan, state: ExecutionState, fact: f.ExecutionResumed) -> None:
    state.status, state.awaits = Status.RUNNING, ""
    state.active_us = fact.at_us


def _end(status: Status) -> Callable[[Plan, ExecutionState, Any], None]:
    def end(plan: Plan, state: ExecutionState, fact: Any) -> None:
        state.status, state.ended_us, state.awaits = status, fact.at_us, ""
        state.error = getattr(fact, "error", state.error)
        state.ready.clear()
        state.parked.clear()
        state.retrying.clear()
        state.running.clear()
        state.joins.clear()

    return end


_APPLY: dict[type[f.Fact], Callable[[Plan, ExecutionState, Any], None]] = {
    f.ExecutionAdmitted: _admitted,
    f.StepStarted: _step_started,
    f.StepCompleted: _step_completed,
    f.StepFailed: _step_failed,
    f.StepInterrupted: _step_interrupted,
    f.StepParked: _step_parked,
    f.SignalReceived: _signal_received,
    f.JoinReleased: _join_released,
    f.AnswerGiven: _answer_given,
    f.CheckpointCreated: _checkpoint,
    f.CheckpointRestored: _restored,
    f.ExecutionPaused: _paused,
    f.ExecutionResumed: _resumed,
    f.ExecutionCompleted: _end(Status.COMPLETED),
    f.ExecutionFailed: _end(Status.FAILED),
    f.ExecutionAborted: _end(Status.ABORTED),
}
