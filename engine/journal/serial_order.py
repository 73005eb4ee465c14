"""What n8n's orders (v1, and v0 before it) do about steps with several inputs.

A step that waits for inputs runs with what it has only when nothing else can run. In v0 a step that begins to
wait pulls in what its other inputs come from, even where nothing has reached that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from engine.flow.model import Edge
from engine.flow.plan import Plan
from engine.journal.state import ExecutionState, Source

Partial = Mapping[str, tuple[Source, ...]]


def next_join(plan: Plan, state: ExecutionState) -> str | None:
    """The join to run with the inputs it has; None while anything else can go on, or where none may.

    One before which another one waits is not due yet; one that nothing but empty outputs reached never
    runs, nor in v1 one that needs all its inputs and has not been reached by all.
    """
    if state.ready or state.running or state.parked or state.retrying:
        return None
    waiting = [step for step, partials in state.joins.items() if _has_items(state, partials[0])]
    for step in waiting:
        if plan.before(step) & (set(waiting) - {step}):
            continue
        if not _lacks_inputs(plan, step, state.joins[step][0]):
            return step
    return None


def _has_items(state: ExecutionState, partial: Partial) -> bool:
    return any(_count(state, source) for sources in partial.values() for source in sources)


def _count(state: ExecutionState, source: Source) -> int:
    data = state.items_of(source)
    return data.count if data else 0


def _lacks_inputs(plan: Plan, step: str, partial: Partial) -> bool:
    needed = plan.ports[step].all_needed and plan.flow.settings.order == "v1"
    return needed and len(partial) < len(plan.ports[step].inputs)


# --- v0 ---------------------------------------------------------------------------------------------


def pulled_in(
    plan: Plan, state: ExecutionState, edge: Edge, source: Source, due: Collection[str]
) -> Iterator[str]:
    """Steps to run with one empty item, since a join that ``edge`` leads to began to wait for them."""
    siblings = {wire.target for wire in _wires_from(plan, edge.source)}
    for before in _sources_of(plan, edge.target):
        if before == edge.source or before in due or before in state.runs:
            continue
        if before in siblings and not _is_unreached(plan, state, before, source.run):
            continue
        found = _beginning(plan, state, before, siblings, due)
        if found is None or (not _count(state, source) and edge.source in _all_before(plan, found)):
            continue
        if _is_unreached(plan, state, found, source.run):
            yield found


def _beginning(
    plan: Plan, state: ExecutionState, step: str, siblings: Collection[str], due: Collection[str]
) -> str | None:
    """The farthest step before this one that has not run; None where it will run anyway."""
    found = step
    for before in (step, *_all_before(plan, step)):
        if (before != step and before in siblings) or before in due:
            return None
        if before in state.runs:
            break
        found = before
    return found


def _is_unreached(plan: Plan, state: ExecutionState, step: str, run: int) -> bool:
    """Whether no wire leads to the step, or none of those to its first input brought anything."""
    wired = plan.wired_inputs.get(step, ())
    wires = [wire for wire in plan.incoming.get(step, ()) if wire.target_port == wired[0]] if wired else []
    return not any(_count(state, Source(wire.source, run, wire.source_port)) for wire in wires)


def _all_before(plan: Plan, step: str) -> list[str]:
    """All steps from which wires lead here, nearest first."""
    found: dict[str, None] = {}
    todo = [step]
    while todo:
        for before in _sources_of(plan, todo.pop(0)):
            if before not in found and before != step:
                found[before] = None
                todo.append(before)
    return list(found)


def _sources_of(plan: Plan, step: str) -> list[str]:
    return [wire.source for wire in plan.incoming.get(step, ())]


def _wires_from(plan: Plan, step: str) -> Iterator[Edge]:
    for (source, _), wires in plan.outgoing.items():
        if source == step:
            yield from wires
