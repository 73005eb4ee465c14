"""Running a part of a flow: which steps must run, and from what earlier outputs they begin.

A part is asked for by the step where it ends (everything that step needs), the step where it begins
(that step and all that follows), or both. What an earlier execution gave is taken over where neither
the step nor anything before it has changed since; pinned steps need nothing before them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.base.errors import InvalidInput
from engine.flow.model import MAIN, Edge
from engine.flow.plan import Plan
from engine.journal.routing import TRIGGER
from engine.journal.state import ExecutionState, Run, Source

Inputs = dict[str, tuple[Source, ...]]


@dataclass(frozen=True, slots=True)
class Kept:
    """What an earlier execution gave, and by which plan."""

    plan: Plan
    state: ExecutionState


@dataclass(slots=True)
class Part:
    """``bounds``: the steps that may run; ``due``: runs that begin at once; ``joins``: inputs that are
    there already of steps that wait for more; ``runs``: the earlier runs that stay in sight."""

    bounds: frozenset[str]
    due: list[tuple[str, Inputs]] = field(default_factory=list)
    joins: dict[str, list[Inputs]] = field(default_factory=dict)
    runs: dict[str, dict[int, Run]] = field(default_factory=dict)


def part_of(
    plan: Plan,
    *,
    first: str | None = None,
    last: str | None = None,
    kept: Kept | None = None,
    pins: Mapping[str, Any] | None = None,
) -> Part:
    """The part between two steps; raises :class:`InvalidInput` for steps that are not there or that
    no items would reach."""
    for step in (first, last):
        if step is not None and step not in plan.flow.by_id:
            raise InvalidInput(f"the flow has no step {step!r}")
    pinned = frozenset(pins or ())
    usable = _usable(plan, kept, pinned)
    wanted = _wanted(plan, first, last)
    bounds = _with_what_they_need(plan, wanted, usable, pinned)
    part = Part(bounds)
    if kept is not None:
        part.runs = {step: kept.state.runs[step] for step in usable - bounds}
    for step in _in_order(plan, bounds):
        _begin(plan, step, part, pinned)
    if not part.due:
        raise InvalidInput(f"nothing leads to step {last or first!r}: connect it, or run the flow as a whole")
    return part


def _wanted(plan: Plan, first: str | None, last: str | None) -> frozenset[str]:
    """The steps that run in any case; a loop is run as a whole."""
    if first is None and last is None:
        raise InvalidInput("say at which step the part begins, or at which it ends")
    chosen = {step for step in (first, last) if step is not None}
    if first is not None and last is None:
        chosen |= _reach(plan, first, forward=True)
    elif first is not None and last is not None:
        between = _reach(plan, first, forward=True) & _reach(plan, last, forward=False)
        if first != last and last not in _reach(plan, first, forward=True):
            raise InvalidInput(f"no wire leads from step {first!r} to step {last!r}")
        chosen |= between
    loops = (_loop_of(plan, step) for step in list(chosen))
    return frozenset(chosen).union(*loops)


def _with_what_they_need(
    plan: Plan, wanted: frozenset[str], usable: frozenset[str], pinned: frozenset[str]
) -> frozenset[str]:
    """The steps, and those before them whose output is not at hand."""
    found: set[str] = set()
    todo = list(wanted)
    while todo:
        step = todo.pop()
        if step in found:
            continue
        found.add(step)
        if step in pinned:
            continue
        before = (edge.source for edge in plan.incoming.get(step, ()))
        for source in before:
            if source not in usable or source in wanted:
                todo += [source, *_loop_of(plan, source)]
    return frozenset(found)


def _in_order(plan: Plan, steps: frozenset[str]) -> list[str]:
    """As the flow lists them; in n8n's order v1 topmost and leftmost first."""
    listed = [step.id for step in plan.flow.steps if step.id in steps]
    if plan.flow.settings.order == "v1":
        listed.sort(key=lambda step: tuple(reversed(plan.step(step).position or (0.0, 0.0))))
    return listed


def _begin(plan: Plan, step: str, part: Part, pinned: frozenset[str]) -> None:
    """What a step of the part starts with: nothing yet, some of its inputs, or a run that is due."""
    wires = plan.incoming.get(step, ())
    if step in pinned and not any(edge.source in part.bounds for edge in wires):
        part.due.append((step, {}))
    elif not wires:
        if _is_entrance(plan, step, part.bounds, pinned):
            part.due.append((step, {MAIN: (TRIGGER,)}))
    else:
        given = _given(plan, step, part)
        if plan.is_join(step):
            _begin_join(plan, step, part, given)
        else:
            part.due += [(step, {edge.target_port: (source,)}) for edge, source in given]


def _begin_join(plan: Plan, step: str, part: Part, given: list[tuple[Edge, Source]]) -> None:
    inputs: Inputs = {}
    for edge, source in given:
        inputs.setdefault(edge.target_port, (source,))
    ordered = {port: inputs[port] for port in plan.wired_inputs[step] if port in inputs}
    nothing_comes = not any(edge.source in part.bounds for edge in plan.incoming[step])
    if ordered and (len(ordered) == len(plan.wired_inputs[step]) or nothing_comes):
        part.due.append((step, ordered))
    elif ordered:
        part.joins[step] = [ordered]


def _given(plan: Plan, step: str, part: Part) -> list[tuple[Edge, Source]]:
    """Wires into a step on which an earlier run gave items."""
    found = []
    for edge in plan.incoming.get(step, ()):
        runs = part.runs.get(edge.source)
        if not runs:
            continue
        index = max(runs)
        data = runs[index].outputs.get(edge.source_port)
        if data is not None and data.count:
            found.append((edge, Source(edge.source, index, edge.source_port)))
    return found


def _is_entrance(plan: Plan, step: str, bounds: frozenset[str], pinned: frozenset[str]) -> bool:
    """One trigger begins, the pinned one if there is one; without triggers all steps no wire leads to."""
    triggers = [one for one in plan.triggers if one in bounds and not plan.step(one).disabled]
    if not triggers:
        return step not in plan.triggers
    chosen = next((one for one in triggers if one in pinned), triggers[0])
    return step == chosen


def _usable(plan: Plan, kept: Kept | None, pinned: frozenset[str]) -> frozenset[str]:
    """Steps whose earlier output still stands: they and all before them are as they were."""
    if kept is None:
        return frozenset()
    stale: set[str] = set()
    todo = [step.id for step in plan.flow.steps if _differs(plan, kept.plan, step.id)]
    todo += [step for step in pinned if step not in kept.state.started.pins]
    todo += [step for step in kept.state.started.pins if step not in pinned]
    while todo:
        step = todo.pop()
        if step not in stale:
            stale.add(step)
            todo += [edge.target for edge in plan.flow.edges if edge.source == step]
    ran = (step for step, runs in kept.state.runs.items() if runs[max(runs)].status == "completed")
    return frozenset(step for step in ran if step in plan.flow.by_id and step not in stale)


def _differs(plan: Plan, other: Plan, step: str) -> bool:
    if step not in other.flow.by_id:
        return True
    return _essence(plan, step) != _essence(other, step)


def _essence(plan: Plan, step: str) -> tuple[Any, ...]:
    """What decides a step's output, beside its input: not its name, place or notes."""
    one = plan.step(step)
    wires = sorted((edge.source, edge.source_port, edge.target_port) for edge in plan.incoming.get(step, ()))
    return (one.type, one.parameters, one.disabled, one.join, one.on_error, one.execute_once, wires)


def _reach(plan: Plan, step: str, *, forward: bool) -> set[str]:
    """All steps that wires lead to from a step, or that lead to it; itself only where in a loop."""
    found: set[str] = set()
    todo = [step]
    while todo:
        here = todo.pop()
        near = _after(plan, here) if forward else [edge.source for edge in plan.incoming.get(here, ())]
        fresh = [one for one in near if one not in found]
        found.update(fresh)
        todo += fresh
    return found


def _after(plan: Plan, step: str) -> Iterable[str]:
    return [edge.target for (source, _), edges in plan.outgoing.items() if source == step for edge in edges]


def _loop_of(plan: Plan, step: str) -> set[str]:
    """The steps that a step shares a loop with; itself among them if there are any."""
    ahead = _reach(plan, step, forward=True)
    return ahead & _reach(plan, step, forward=False) if step in ahead else set()
