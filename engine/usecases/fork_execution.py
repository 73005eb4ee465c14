"""Run again: fork an execution from a step, with edited data if wanted, or replay it whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.base.errors import InvalidInput, UnknownObject
from engine.flow.plan import Plan
from engine.journal import facts as f
from engine.journal.fold import fold
from engine.journal.snapshot import restore, snapshot
from engine.journal.state import ExecutionState, Status
from engine.ports.access_store import Principal
from engine.ports.journal_store import Commit, Header
from engine.ports.step_catalogue import Item
from engine.usecases.admission import admit_start
from engine.usecases.checkpoints import checkpoint_of
from engine.usecases.inspect_execution import state_of
from engine.usecases.permission import own_execution
from engine.usecases.start_execution import Started, StartRequest, start_execution
from engine.usecases.world import World


@dataclass(frozen=True, slots=True)
class ForkRequest:
    """Where to fork: at a step (its last run, or ``run``), or at a checkpoint.

    ``edits``: step id -> items that stand in for that step's output. ``version``: CID of another
    version of the flow to go on with, or "published" or "draft".
    """

    execution: str
    step: str | None = None
    run: int | None = None
    checkpoint: str | None = None
    edits: Mapping[str, Sequence[Item]] = field(default_factory=dict)
    version: str | None = None


def fork_execution(world: World, actor: Principal, request: ForkRequest) -> Started:
    """A new execution that has everything the old one had before the step, and goes on from there.

    Raises :class:`InvalidInput` where step, run or edits do not fit the execution or the version.
    """
    source = own_execution(world, actor, request.execution, "executions:write")
    version = _version(world, source, request.version)
    plan = admit_start(world, actor, source.flow, version=version, mode=source.mode, items=())
    state = _state_before(world, source, request)
    _edit(world, source, state, request.edits)
    _must_fit(plan, state)
    now = world.clock.now_us()
    header = _header(world, actor, source, plan, now)
    point = {"execution": source.id, "step": request.step or "", "sequence": state.sequence}
    started = replace(
        state.started, at_us=now, version=plan.version, actor=actor.id, forked_from=point, parent=None
    )
    state.started, state.checkpoints, state.active_us = started, [], now
    state.status, state.error = Status.RUNNING, None
    back = f.CheckpointRestored(at_us=now, checkpoint="fork", state=snapshot(state), actor=actor.id)
    facts = (started, f.ExecutionAdmitted(at_us=now), back)
    world.journal.create(Commit(replace(header, sequence=len(facts), started_us=now), 0, facts))
    world.waker.ring(header.id, header.priority)
    return Started(header.id)


def replay_execution(world: World, actor: Principal, execution: str, version: str | None = None) -> Started:
    """Run again from the start with the same input, by the same version or another one."""
    source = own_execution(world, actor, execution, "executions:write")
    state = state_of(world, source)
    started = state.started
    return start_execution(
        world,
        actor,
        StartRequest(
            source.flow,
            world.worker.items.load(source.subnet, started.items),
            trigger_type=started.trigger_type,
            step=started.trigger_step or None,
            version=_version(world, source, version),
            mode=started.mode,
            variables=started.variables,
            replay_of=source.id,
            case=started.case,
        ),
    )


def _version(world: World, source: Header, wanted: str | None) -> str:
    if wanted in ("published", "draft"):
        record = world.flows.record(source.subnet, source.flow)
        found = record.published if wanted == "published" else record.revision
        if not found:
            raise InvalidInput(f"flow {source.flow!r} has no published version")
        return found
    return wanted or source.version


def _header(world: World, actor: Principal, source: Header, plan: Plan, now_us: int) -> Header:
    return Header(
        id=world.new_id("exe"),
        subnet=source.subnet,
        flow=source.flow,
        version=plan.version,
        status=Status.RUNNING,
        trigger_type=source.trigger_type,
        mode=source.mode,
        priority=source.priority,
        actor=actor.id,
        created_us=now_us,
        updated_us=now_us,
    )


def _state_before(world: World, source: Header, request: ForkRequest) -> ExecutionState:
    """The state before the fork's point; whatever ran at that moment is due again."""
    if request.checkpoint:
        state = restore(checkpoint_of(world, source.id, request.checkpoint).state)
    else:
        facts = [entry.fact for entry in world.journal.load(source.id)[1]]
        cut = _cut(facts, request)
        state = fold(world.plans.get(source.subnet, source.version), facts[:cut])
    for task in reversed(state.running.values()):
        state.ready.appendleft(task)
    state.running.clear()
    return state


def _cut(facts: Sequence[f.Fact], request: ForkRequest) -> int:
    """Index of the first fact of the wanted run."""
    step = request.step
    if step is None:
        raise InvalidInput("name the step to fork from, or a checkpoint")
    of_step = [fact for fact in facts if getattr(fact, "step", None) == step and hasattr(fact, "run")]
    runs = {fact.run for fact in of_step if hasattr(fact, "task")}
    if not runs:
        raise UnknownObject(f"step {step!r} did not run in execution {request.execution}")
    run = max(runs) if request.run is None else request.run
    if run not in runs:
        raise UnknownObject(f"step {step!r} has no run {run}; it has {sorted(runs)}")
    return next(
        index
        for index, fact in enumerate(facts)
        if getattr(fact, "step", None) == step and getattr(fact, "run", None) == run
    )


def _edit(world: World, source: Header, state: ExecutionState, edits: Mapping[str, Sequence[Item]]) -> None:
    for step, items in edits.items():
        run = state.latest(step)
        if run is None:
            raise InvalidInput(f"cannot edit the output of step {step!r}: it did not run before the fork")
        checked = [_item(step, item) for item in items]
        port = next(iter(run.outputs), "main")
        run.outputs = {**run.outputs, port: world.worker.items.store(source.subnet, checked)}


def _item(step: str, item: Any) -> Item:
    if not isinstance(item, dict) or not isinstance(item.get("json"), dict):
        raise InvalidInput(f'edits.{step}: every item must be {{"json": {{...}}}}')
    return item


def _must_fit(plan: Plan, state: ExecutionState) -> None:
    due = [*state.ready, *(p.task for p in state.parked.values())]
    due += [task for task, _ in state.retrying.values()]
    missing = sorted({task.step for task in due if task.step not in plan.flow.by_id})
    if missing:
        raise InvalidInput(f"version {plan.version} has no step {', '.join(missing)} to go on with")
    state.joins = {step: joins for step, joins in state.joins.items() if plan.is_join(step)}
