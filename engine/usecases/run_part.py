"""Run a part of a flow, with the data that an earlier execution left."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.base.errors import InvalidInput
from engine.execution.partial import Kept, Part, part_of
from engine.flow.plan import Plan
from engine.journal import facts as f
from engine.journal.snapshot import snapshot
from engine.journal.state import ExecutionState, Status, Task
from engine.ports.access_store import Principal
from engine.ports.journal_store import Commit, Header
from engine.ports.step_catalogue import Item
from engine.usecases.admission import admit_start
from engine.usecases.inspect_execution import state_of
from engine.usecases.manage_variables import starting_variables
from engine.usecases.permission import own_execution
from engine.usecases.start_execution import Started
from engine.usecases.world import World


@dataclass(frozen=True, slots=True)
class PartRequest:
    """Which part of a flow to run.

    ``last``: the step to run to, with whatever it needs; ``first``: the step to run from, with all that
    follows it; both: what lies between. ``kept``: the execution whose outputs are taken over where nothing
    changed. ``items``: what the trigger gives, if it must run. Without ``version`` the newest draft.
    """

    flow_id: str
    first: str | None = None
    last: str | None = None
    kept: str | None = None
    version: str | None = None
    items: Sequence[Item] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)


def run_part(world: World, actor: Principal, request: PartRequest) -> Started:
    """Start an execution of the part, by hand and never as production.

    Raises :class:`InvalidInput` where the flow has no such steps, or no items could reach them.
    """
    items = list(request.items) or [{"json": {}}]
    plan = admit_start(world, actor, request.flow_id, version=request.version, mode="manual", items=items)
    pins = plan.flow.extra.get("pins")
    pins = pins if isinstance(pins, Mapping) else {}
    kept = _kept(world, actor, request)
    part = part_of(plan, first=request.first, last=request.last, kept=kept, pins=pins)
    now = world.clock.now_us()
    started = f.ExecutionStarted(
        at_us=now,
        flow=request.flow_id,
        version=plan.version,
        subnet=actor.subnet,
        trigger_type="manual",
        trigger_step="",
        items=world.worker.items.store(actor.subnet, items),
        actor=actor.id,
        mode="manual",
        variables=starting_variables(world, actor.subnet, plan, request.variables),
        pins=pins,
        forked_from={"execution": request.kept, "step": "", "sequence": 0} if request.kept else None,
        bounds=tuple(sorted(part.bounds)),
        node=world.node,
    )
    state = _state(plan, started, part, kept)
    back = f.CheckpointRestored(at_us=now, checkpoint="part", state=snapshot(state), actor=actor.id)
    facts = (started, f.ExecutionAdmitted(at_us=now), back)
    header = _header(world, actor, request, plan, now)
    stored = replace(header, sequence=len(facts), started_us=now)
    world.journal.create(Commit(stored, 0, facts))
    world.notifier.committed(stored, 1, facts)
    world.waker.ring(header.id, header.priority)
    return Started(header.id)


def _kept(world: World, actor: Principal, request: PartRequest) -> Kept | None:
    if request.kept is None:
        return None
    source = own_execution(world, actor, request.kept, "executions:read")
    if source.flow != request.flow_id:
        raise InvalidInput(f"execution {source.id} is of flow {source.flow!r}, not of {request.flow_id!r}")
    return Kept(world.plans.get(source.subnet, source.version), state_of(world, source))


def _state(plan: Plan, started: f.ExecutionStarted, part: Part, kept: Kept | None) -> ExecutionState:
    """The state in which the part begins: what is kept has run, what is due is ready."""
    state = ExecutionState(started=started, status=Status.RUNNING, active_us=started.at_us)
    state.ready = deque(Task(number, step, inputs) for number, (step, inputs) in enumerate(part.due, start=1))
    state.tasks_made = len(part.due)
    state.joins, state.runs = part.joins, part.runs
    state.runs_made = max((run.order for runs in part.runs.values() for run in runs.values()), default=0)
    if kept is not None:
        state.memory = {step: kept.state.memory[step] for step in part.runs if step in kept.state.memory}
    return state


def _header(world: World, actor: Principal, request: PartRequest, plan: Plan, now_us: int) -> Header:
    return Header(
        id=world.new_id("exe"),
        subnet=actor.subnet,
        flow=request.flow_id,
        version=plan.version,
        status=Status.RUNNING,
        trigger_type="manual",
        mode="manual",
        priority=plan.flow.settings.priority,
        actor=actor.id,
        created_us=now_us,
        updated_us=now_us,
    )
