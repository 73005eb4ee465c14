"""decide: what happens next, as a pure function.

``decide(plan, state, input, rules)`` gives the facts to append and the effects to carry out. It
reads the state and changes nothing; given the same arguments it gives the same answer. The driver
applies the facts and asks again with ``Proceed`` until nothing more comes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from engine.base.errors import ErrorInfo, ErrorType
from engine.base.ids import idempotency_key
from engine.base.record import record
from engine.execution import inputs as i
from engine.execution.retry import decide_retry
from engine.flow.plan import Plan
from engine.journal import facts as f
from engine.journal.routing import releasable
from engine.journal.snapshot import restore
from engine.journal.state import ExecutionState, Status, Task
from engine.ports.sandbox import Usage


@record
class RunStep:
    """Effect: run one attempt of a task's step."""

    task: int


Effect = RunStep


@record
class Decision:
    """Facts to append, in order, then effects to carry out."""

    facts: tuple[f.Fact, ...] = ()
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """What decisions depend on beside plan and state."""

    execution: str
    node: str
    effect_of: Callable[[str], str]  # step id -> pure, read or write
    step_runs_max: int
    stretch_ms_max: int
    receipts_root: Callable[[ExecutionState], str]
    remembers: Callable[[str], bool] = lambda step: False  # step id -> its runs go one after another


NOTHING = Decision()


def decide(plan: Plan, state: ExecutionState, given: i.Input, rules: Rules) -> Decision:
    """The next facts and effects; nothing once the execution has ended."""
    if state.status.ended:
        return NOTHING
    return _DECIDE[type(given)](plan, state, given, rules)


# --- going on -------------------------------------------------------------------------------------


def _proceed(plan: Plan, state: ExecutionState, given: i.Proceed, rules: Rules) -> Decision:
    now = given.now_us
    if state.status is Status.PENDING:  # a worker may only hold it once its lane let it go
        return Decision((f.ExecutionAdmitted(at_us=now),))
    if state.status is not Status.RUNNING:
        return NOTHING
    if state.error is not None:
        return Decision((_failed(state, now, state.error, rules),))
    late = _too_late(state, now, rules)
    if late is not None:
        return Decision((_failed(state, now, late.as_json(), rules),))
    due = _timers_due(state, now)
    if due:
        return Decision(due)
    if state.ready or state.retrying:
        started = _start_ready(plan, state, given, rules)
        if started.facts:
            return started
    join = releasable(plan, state)
    if join is not None:
        return Decision((f.JoinReleased(at_us=now, step=join),))
    if state.ready or state.running or state.parked or state.retrying:
        return NOTHING
    step, run = state.last or ("", 0)
    root = rules.receipts_root(state)
    return Decision((f.ExecutionCompleted(at_us=now, step=step, run=run, receipts_root=root),))


def _failed(state: ExecutionState, now_us: int, error: Mapping[str, Any], rules: Rules) -> f.ExecutionFailed:
    return f.ExecutionFailed(at_us=now_us, error=error, receipts_root=rules.receipts_root(state))


def _too_late(state: ExecutionState, now_us: int, rules: Rules) -> ErrorInfo | None:
    deadline = state.started.deadline_us
    if deadline is not None and now_us >= deadline:
        return _timeout("the execution took longer than its flow allows (settings.timeoutMs)")
    busy = state.ready or state.running
    if busy and now_us - state.active_us > rules.stretch_ms_max * 1000:
        return _timeout("the execution ran longer than execution_timeout_ms without a pause")
    return None


def _timeout(message: str) -> ErrorInfo:
    return ErrorInfo(ErrorType.TIMEOUT_ERROR.value, "timed_out", message)


def _timers_due(state: ExecutionState, now_us: int) -> tuple[f.Fact, ...]:
    """Parked steps whose time has come are resumed."""
    if not state.parked:
        return ()
    due = [p for p in state.parked.values() if p.until_us is not None and p.until_us <= now_us]
    due.sort(key=lambda parked: (parked.until_us, parked.task.id))
    return tuple(
        f.SignalReceived(
            at_us=now_us,
            task=parked.task.id,
            kind="time" if parked.wait["kind"] == "time" else "timeout",
        )
        for parked in due
    )


def _start_ready(plan: Plan, state: ExecutionState, given: i.Proceed, rules: Rules) -> Decision:
    room, serial = given.room, plan.flow.settings.order != "concurrent"
    if room > 0 and len(state.ready) == 1 and not (state.running or state.parked or state.retrying):
        return _started(state, [state.ready[0]], given.now_us, rules)
    due = [task for task, at_us in state.retrying.values() if at_us <= given.now_us]
    if serial:  # one at a time, and nothing overtakes a step that waits or is to be retried
        room = 0 if state.parked or len(due) < len(state.retrying) else min(room, 1)
    room -= len(state.running)
    if room <= 0:
        return NOTHING
    tasks = _in_turn(state, chain(due, state.ready), room, rules)
    return _started(state, tasks, given.now_us, rules)


def _started(state: ExecutionState, tasks: Sequence[Task], now_us: int, rules: Rules) -> Decision:
    """Tasks begin, unless one of them began so often that it never ends."""
    used: dict[str, int] = {}
    facts = [_start(state, task, used, now_us, rules) for task in tasks]
    endless = next((fact for fact in facts if fact.run >= rules.step_runs_max), None)
    if endless is not None:
        message = f"step {endless.step!r} ran {endless.run} times; is this a loop without an end?"
        error = ErrorInfo(ErrorType.RESOURCE_EXHAUSTED.value, "step_runs_max", message, step=endless.step)
        return Decision((_failed(state, now_us, error.as_json(), rules),))
    return Decision(tuple(facts), tuple([RunStep(fact.task) for fact in facts]))


def _in_turn(state: ExecutionState, tasks: Iterable[Task], room: int, rules: Rules) -> list[Task]:
    """As many tasks as there is room for; of a step that remembers never two at once."""
    busy = {task.step for task in state.running.values()}
    chosen: list[Task] = []
    for task in tasks:
        if len(chosen) == room:
            break
        if task.step in busy and rules.remembers(task.step):
            continue
        busy.add(task.step)
        chosen.append(task)
    return chosen


def _start(
    state: ExecutionState, task: Task, used: dict[str, int], now_us: int, rules: Rules
) -> f.StepStarted:
    run = task.run if task.run >= 0 else _free_run(state, task.step, used)
    # an answered wait goes on with the attempt that asked for it
    attempt = task.attempt if task.signal is not None else task.attempt + 1
    effect = rules.effect_of(task.step)
    return f.StepStarted(
        at_us=now_us,
        task=task.id,
        step=task.step,
        run=run,
        attempt=attempt,
        effect=effect,
        key="" if effect == "pure" else idempotency_key(rules.execution, task.step, run),
        node=rules.node,
    )


def _free_run(state: ExecutionState, step: str, used: dict[str, int]) -> int:
    """The next run index that no other task of the step has or had."""
    finished = state.runs.get(step, {})
    index = max(len(finished), used.get(step, 0))
    alone = not (state.running or state.parked or state.retrying or len(state.ready) > 1)
    held = () if alone else {task.run for task in _begun(state) if task.step == step}
    while index in finished or index in held:
        index += 1
    used[step] = index + 1
    return index


def _begun(state: ExecutionState) -> Iterator[Task]:
    """Unfinished tasks that have their run index."""
    yield from state.running.values()
    yield from (parked.task for parked in state.parked.values())
    yield from (task for task, _ in state.retrying.values())
    yield from (task for task in state.ready if task.run >= 0)


# --- what came back -------------------------------------------------------------------------------


def _returned(plan: Plan, state: ExecutionState, given: i.StepReturned, rules: Rules) -> Decision:
    task = state.running.get(given.task)
    if task is None:
        return NOTHING  # it was interrupted meanwhile: this result belongs to nobody
    completed = f.StepCompleted(
        at_us=given.now_us,
        task=task.id,
        step=task.step,
        run=task.run,
        attempt=task.attempt,
        outputs=given.outputs,
        input_cid=given.input_cid,
        output_cid=given.output_cid,
        code=given.code,
        started_us=given.started_us,
        node=rules.node,
        fuel=given.usage.fuel,
        usage=_usage(given.usage),
        memory=given.memory,
        logs=given.logs,
        custom=given.custom,
    )
    if given.answer is None or state.answer is not None:
        return Decision((completed,))
    answer = f.AnswerGiven(at_us=given.now_us, step=task.step, **given.answer)
    return Decision((answer, completed))


def _usage(used: Usage) -> dict[str, int]:
    """What guests used beside fuel, and what went over the network; empty where neither was."""
    sent = {"egress_bytes": used.egress_bytes} if used.egress_bytes else {}
    if not used.wall_us:
        return sent
    guests = {"memory_bytes": used.memory_bytes, "wall_us": used.wall_us, "host_calls": used.host_calls}
    return guests | sent


def _raised(plan: Plan, state: ExecutionState, given: i.StepRaised, rules: Rules) -> Decision:
    task = state.running.get(given.task)
    if task is None:
        return NOTHING
    step = plan.step(task.step)
    decision = decide_retry(
        replace(step, retry=None) if state.started.case else step,  # a test tries each step once
        given.error,
        task.attempt,
        given.now_us,
        key=idempotency_key(rules.execution, task.step, task.run),
    )
    goes_on = decision.action in ("continue", "failure")
    failed = f.StepFailed(
        at_us=given.now_us,
        task=task.id,
        step=task.step,
        run=task.run,
        attempt=task.attempt,
        error=given.error.as_json(),
        action=decision.action,
        started_us=given.started_us,
        retry_at_us=decision.at_us,
        outputs=given.outputs if goes_on else {},
        node=rules.node,
        logs=given.logs,
        code=given.spent.code,
        fuel=given.spent.usage.fuel,
        usage=_usage(given.spent.usage),
    )
    return Decision((failed,))


def _waits(plan: Plan, state: ExecutionState, given: i.StepWaits, rules: Rules) -> Decision:
    task = state.running.get(given.task)
    if task is None:
        return NOTHING
    parked = f.StepParked(
        at_us=given.now_us,
        task=task.id,
        step=task.step,
        run=task.run,
        attempt=task.attempt,
        wait=given.wait,
        started_us=given.started_us,
        memory=given.memory,
        node=rules.node,
    )
    return Decision((parked,))


def _refused(plan: Plan, state: ExecutionState, given: i.StepRefused, rules: Rules) -> Decision:
    task = state.running.get(given.task)
    if task is None:
        return NOTHING
    failed = f.StepFailed(
        at_us=given.now_us,
        task=task.id,
        step=task.step,
        run=task.run,
        attempt=task.attempt,
        error=given.error.as_json(),
        action="stop",
        started_us=given.now_us,
        node=rules.node,
    )
    return Decision((failed,))


def _withheld(plan: Plan, state: ExecutionState, given: i.StepWithheld, rules: Rules) -> Decision:
    """The step is due again; the attempt that did not happen is counted, its key stays."""
    task = state.running.get(given.task)
    if task is None:
        return NOTHING
    back = _interrupted(task, given.now_us, rules)
    if not given.finding or state.status is not Status.RUNNING:
        return Decision((back,))
    paused = f.ExecutionPaused(
        at_us=given.now_us,
        actor="qonsent",
        reason=given.reason,
        awaits=given.awaits,
        finding=given.finding,
    )
    return Decision((back, paused))


def _interrupted(task: Task, now_us: int, rules: Rules) -> f.StepInterrupted:
    return f.StepInterrupted(
        at_us=now_us,
        task=task.id,
        step=task.step,
        run=task.run,
        attempt=task.attempt,
        node=rules.node,
    )


def _recovered(plan: Plan, state: ExecutionState, given: i.Recovered, rules: Rules) -> Decision:
    return Decision(tuple(_interrupted(task, given.now_us, rules) for task in state.running.values()))


# --- signals --------------------------------------------------------------------------------------


def _signalled(plan: Plan, state: ExecutionState, given: i.Signalled, rules: Rules) -> Decision:
    if given.id in state.signals_seen:
        return NOTHING
    handler = _SIGNALS.get(given.kind, _answer)
    return handler(state, given, rules)


def _pause(state: ExecutionState, given: i.Signalled, rules: Rules) -> Decision:
    if state.status is not Status.RUNNING and not state.awaits:
        return NOTHING
    reason = str(given.payload.get("reason", ""))
    return Decision((f.ExecutionPaused(at_us=given.now_us, actor=given.actor, reason=reason),))


def _resume(state: ExecutionState, given: i.Signalled, rules: Rules) -> Decision:
    if state.status is not Status.PAUSED:
        return NOTHING
    return Decision((f.ExecutionResumed(at_us=given.now_us, actor=given.actor),))


def _abort(state: ExecutionState, given: i.Signalled, rules: Rules) -> Decision:
    aborted = f.ExecutionAborted(
        at_us=given.now_us,
        actor=given.actor,
        reason=str(given.payload.get("reason", "")),
        receipts_root=rules.receipts_root(state),
    )
    return Decision((aborted,))


def _answer(state: ExecutionState, given: i.Signalled, rules: Rules) -> Decision:
    """An answer, event or child's end for one parked task; others are too late and dropped."""
    task = given.payload.get("task")
    if task not in state.parked:
        return NOTHING
    received = f.SignalReceived(
        at_us=given.now_us,
        task=task,
        kind=given.kind,
        payload=given.payload.get("payload") or {},
        actor=given.actor,
        signal=given.id,
    )
    return Decision((received,))


def _checkpoint(state: ExecutionState, given: i.Signalled, rules: Rules) -> Decision:
    from engine.journal.snapshot import snapshot

    created = f.CheckpointCreated(
        at_us=given.now_us,
        checkpoint=str(given.payload["checkpoint"]),
        label=str(given.payload.get("label", "")),
        state=snapshot(state),
    )
    return Decision((created,))


def _restore(state: ExecutionState, given: i.Signalled, rules: Rules) -> Decision:
    restore(given.payload["state"])  # refuse what cannot be read before it is written
    back = f.CheckpointRestored(
        at_us=given.now_us,
        checkpoint=str(given.payload["checkpoint"]),
        state=given.payload["state"],
        actor=given.actor,
    )
    return Decision((back,))


_SIGNALS: dict[str, Callable[[ExecutionState, i.Signalled, Rules], Decision]] = {
    "pause": _pause,
    "resume": _resume,
    "abort": _abort,
    "checkpoint": _checkpoint,
    "restore": _restore,
}

_DECIDE: dict[type, Callable[[Plan, ExecutionState, Any, Rules], Decision]] = {
    i.Proceed: _proceed,
    i.Recovered: _recovered,
    i.StepReturned: _returned,
    i.StepRaised: _raised,
    i.StepWaits: _waits,
    i.StepRefused: _refused,
    i.StepWithheld: _withheld,
    i.Signalled: _signalled,
}
