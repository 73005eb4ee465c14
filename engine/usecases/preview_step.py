"""Show what a step would get, and what its parameters would come to, before it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.base.errors import InvalidInput
from engine.base.limits import PREVIEW_VALUES_MAX
from engine.execution.plans import plan_of
from engine.execution.preview import Preview, next_task, with_pins
from engine.flow.plan import Plan
from engine.journal import facts as f
from engine.journal.state import ExecutionState
from engine.ports.access_store import Principal
from engine.ports.step_catalogue import PortItems
from engine.usecases.get_flow import DRAFT, view
from engine.usecases.inspect_execution import state_of
from engine.usecases.manage_variables import starting_variables
from engine.usecases.permission import own_execution, require
from engine.usecases.validate_flow import valid_flow
from engine.usecases.world import World


@dataclass(frozen=True, slots=True)
class StepInView:
    """A step of a flow's version, or of a ``definition`` that is not saved yet, with the data of an
    execution of that flow, or with pins alone."""

    flow_id: str
    step: str
    kept: str | None = None
    version: str = DRAFT
    definition: Mapping[str, Any] | None = None


def step_inputs(world: World, actor: Principal, shown: StepInView) -> PortItems:
    """The items per input port that the step's next run would get.

    Raises :class:`UnknownObject` and, for a step that is not there, :class:`InvalidInput`.
    """
    return _preview(world, actor, shown).inputs


def preview_values(
    world: World, actor: Principal, shown: StepInView, written: Sequence[Any], item: int = 0
) -> list[dict[str, Any]]:
    """What values as written in the step's parameters come to for an item: ``{"value"}`` or ``{"error"}``
    each. They are evaluated in the sandbox, as when the step runs."""
    if len(written) > PREVIEW_VALUES_MAX:
        raise InvalidInput(f"{len(written)} values; at most {PREVIEW_VALUES_MAX} are shown at once")
    policy = world.policy.of(actor.subnet)
    return _preview(world, actor, shown).values(written, item, policy)


def _preview(world: World, actor: Principal, shown: StepInView) -> Preview:
    require(world, actor, "flows:write", f"flows/{shown.flow_id}")
    plan = _plan(world, actor, shown)
    flow = plan.flow
    if shown.step not in flow.by_id:
        raise InvalidInput(f"flow {flow.id!r} has no step {shown.step!r}")
    state = _state(world, actor, shown, plan)
    services = world.worker.services
    pins = flow.extra.get("pins")
    with_pins(plan, state, pins if isinstance(pins, Mapping) else {}, services)
    execution = shown.kept or "exe_preview"
    return Preview(services, plan, state, next_task(plan, state, shown.step), execution)


def _plan(world: World, actor: Principal, shown: StepInView) -> Plan:
    if shown.definition is not None:
        flow = valid_flow(world, actor, shown.definition, shown.flow_id or "new", draft=True)
        return plan_of(flow, world.catalogue)
    flow = view(world, actor.subnet, shown.flow_id, shown.version).flow
    return world.plans.get(actor.subnet, flow.version)


def _state(world: World, actor: Principal, shown: StepInView, plan: Plan) -> ExecutionState:
    """What the execution came to, or the state of one that has not begun; runs of steps that the version
    no longer has are left out."""
    if shown.kept is None:
        items = world.worker.items.store(actor.subnet, [{"json": {}}])
        started = f.ExecutionStarted(
            at_us=world.clock.now_us(),
            flow=shown.flow_id,
            version=plan.version,
            subnet=actor.subnet,
            trigger_type="manual",
            trigger_step="",
            items=items,
            mode="manual",
            variables=starting_variables(world, actor.subnet, plan, {}),
        )
        return ExecutionState(started=started)
    header = own_execution(world, actor, shown.kept, "executions:read")
    if header.flow != shown.flow_id:
        raise InvalidInput(f"execution {header.id} is of flow {header.flow!r}, not of {shown.flow_id!r}")
    state = state_of(world, header)
    state.runs = {step: runs for step, runs in state.runs.items() if step in plan.ports}
    return state
