"""Where items go when a step has finished: along the wires, into tasks and joins.

Order: ``concurrent`` and ``v0`` queue new tasks at the end; ``v1`` puts a step's followers in
front, topmost and leftmost first, so that one branch is finished before the next begins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.flow.model import MAIN, Edge
from engine.flow.plan import Plan
from engine.journal.facts import PortData
from engine.journal.serial_order import next_join, pulled_in
from engine.journal.state import NOTHING_CAME, ExecutionState, Source, Task

TRIGGER = Source("", 0, "main")
"""The items that started the execution."""


def enqueue(state: ExecutionState, step: str, inputs: dict[str, tuple[Source, ...]]) -> Task:
    """Make a task and put it at the end of what is ready."""
    task = _make(state, step, inputs)
    state.ready.append(task)
    return task


def _make(state: ExecutionState, step: str, inputs: dict[str, tuple[Source, ...]]) -> Task:
    state.tasks_made += 1
    return Task(state.tasks_made, step, inputs)


def route(plan: Plan, state: ExecutionState, step: str, run: int, outputs: Mapping[str, PortData]) -> None:
    """Deliver a run's outputs. Ports without items deliver nothing, but in n8n's orders a join's inputs
    behind its first one are told that nothing comes."""
    serial = plan.flow.settings.order != "concurrent"
    new: list[Task] = []
    bounds = state.started.bounds
    for port in _ports(plan, step, outputs) if serial else outputs:
        data = outputs.get(port)
        for edge in plan.outgoing.get((step, port), ()):
            if bounds and edge.target not in bounds:
                continue
            if (data is not None and data.count) or (serial and _is_later_input(plan, edge)):
                new += _deliver(plan, state, edge, Source(step, run, port), new)
    if not new:
        return
    if plan.flow.settings.order == "v1":
        new.sort(key=lambda task: _place(plan, task.step))
        state.ready.extendleft(reversed(new))
    else:
        state.ready.extend(new)


def in_port_order(plan: Plan, step: str, outputs: Mapping[str, PortData]) -> Mapping[str, PortData]:
    """Outputs in the order of the step's ports: what was read back from a journal, where maps are
    sorted by key, is then the same as what the step gave."""
    if len(outputs) < 2:
        return outputs
    order = {port: index for index, port in enumerate(plan.ports[step].outputs)}
    return dict(sorted(outputs.items(), key=lambda entry: (order.get(entry[0], len(order)), entry[0])))


def _place(plan: Plan, step: str) -> tuple[float, float]:
    x, y = plan.step(step).position or (0.0, 0.0)
    return (y, x)


def _ports(plan: Plan, step: str, outputs: Mapping[str, PortData]) -> list[str]:
    """All output ports of a step in order, those that got nothing too."""
    listed = plan.ports[step].outputs
    return [*listed, *(port for port in outputs if port not in listed)]


def _is_later_input(plan: Plan, edge: Edge) -> bool:
    return plan.is_join(edge.target) and edge.target_port != plan.ports[edge.target].inputs[0]


def _deliver(
    plan: Plan, state: ExecutionState, edge: Edge, source: Source, new: Sequence[Task]
) -> list[Task]:
    """The tasks that a delivery leads to; ``new`` are those that the same run led to before."""
    if not plan.is_join(edge.target):
        return [_make(state, edge.target, {edge.target_port: (source,)})]
    first = edge.target not in state.joins
    task = _join(plan, state, edge, source)
    if task is not None:
        return [task]
    if not first or plan.flow.settings.order != "v0":
        return []
    due = {task.step for task in (*state.ready, *new)}
    return [_make(state, step, {MAIN: (NOTHING_CAME,)}) for step in pulled_in(plan, state, edge, source, due)]


def _join(plan: Plan, state: ExecutionState, edge: Edge, source: Source) -> Task | None:
    """Fill an input of the oldest partial join that misses it; the task where none is missing then."""
    waiting = state.joins.setdefault(edge.target, [])
    for index, partial in enumerate(waiting):
        if edge.target_port not in partial:
            partial[edge.target_port] = (source,)
            if len(partial) < len(plan.wired_inputs[edge.target]):
                return None
            del waiting[index]
            if not waiting:
                del state.joins[edge.target]
            return _make(state, edge.target, _in_wire_order(plan, edge.target, partial))
    waiting.append({edge.target_port: (source,)})
    return None


def _in_wire_order(
    plan: Plan, step: str, inputs: dict[str, tuple[Source, ...]]
) -> dict[str, tuple[Source, ...]]:
    return {port: inputs[port] for port in plan.wired_inputs[step] if port in inputs}


def release_join(plan: Plan, state: ExecutionState, step: str) -> None:
    """Run the oldest partial join of a step with what it has."""
    waiting = state.joins[step]
    enqueue(state, step, _in_wire_order(plan, step, waiting.pop(0)))
    if not waiting:
        del state.joins[step]


def releasable(plan: Plan, state: ExecutionState) -> str | None:
    """A join that can get no more items on the inputs it still misses, or None.

    Where joins wait for one another and nothing else is active, the first one goes.
    """
    if not state.joins:
        return None
    if plan.flow.settings.order != "concurrent":
        return next_join(plan, state)
    active = {task.step for task in state.ready}
    active.update(task.step for task in state.running.values())
    active.update(parked.task.step for parked in state.parked.values())
    active.update(task.step for task, _ in state.retrying.values())
    for step, waiting in state.joins.items():
        others = active | (state.joins.keys() - {step})
        missing = [port for port in plan.wired_inputs[step] if port not in waiting[0]]
        if not any(plan.sources[step, port] & others for port in missing):
            return step
    return None if active else next(iter(state.joins))
