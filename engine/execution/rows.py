"""Which steps may be asked of the sandbox together with the one that begins, and what for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.base.limits import FORESIGHT_STEPS_MAX
from engine.execution.bindings import Binding, Bindings
from engine.execution.foresight import KnownRow, Outlook
from engine.flow.model import Edge
from engine.flow.plan import Plan
from engine.journal.state import ExecutionState, Source, Task
from engine.ports.policy import Policy
from engine.ports.sandbox import Ahead, CodeRequest, ExpressionBatch, Later, RowAhead
from engine.ports.step_catalogue import Effect

_SHARED = ("workflow", "execution", "vars", "env")
"""What is the same for all steps of an execution, of the context of their calls."""


@dataclass(frozen=True, slots=True)
class View:
    """What is known when a step begins, of those that may follow it."""

    plan: Plan
    state: ExecutionState
    bindings: Bindings
    policy: Policy
    outlook: Outlook
    cleared: Callable[[Sequence[str]], int]  # how many of the steps the gate let pass, and nothing changed
    batch: Callable[[Task, Sequence[str]], ExpressionBatch]  # without items


def own_of(binding: Binding, policy: Policy, call: ExpressionBatch | CodeRequest) -> Ahead | None:
    """A step's own call as the first of a row."""
    batch = call if isinstance(call, ExpressionBatch) else _about(call)
    if batch.indexes is not None or batch.marked or {"nodes", "inputs"} & batch.context.keys():
        return None
    ahead = binding.kind.ahead(binding.step, batch, policy)
    return ahead and replace(ahead, call=call)


def _about(call: CodeRequest) -> ExpressionBatch:
    return ExpressionBatch((), call.items, call.determinism, call.context)


def behind(view: View, task: Task, own: Ahead) -> tuple[Sequence[str], RowAhead] | None:
    """The steps of the one way on from a task's first run, as far as they can be asked for before their time,
    and the whole row; None for none. An execution of a part of a flow, or with pinned items, has none."""
    started = view.state.started
    if task.run > 0 or started.bounds or started.pins or own.call is None:
        return None
    first = view.plan.version, task.step
    known = view.outlook.row(first, view.policy)
    if known is None:
        known = _found(view, task)
        view.outlook.keep(first, known)
    count = view.cleared(known.steps) if view.state.runs.keys().isdisjoint(known.steps) else 0
    if not count:
        return None
    shared = _shared(own.call.context)
    context = {name: value for name, value in own.call.context.items() if shared.get(name) is not value}
    return known.steps[:count], RowAhead(
        Ahead(own.call.within(context), own.rule), known.later, count, shared
    )


def _shared(context: Mapping[str, Any]) -> dict[str, Any]:
    """What the contexts of all steps have in common with that of one."""
    shared = {name: context[name] for name in _SHARED}
    execution = shared["execution"]
    if "resumeUrl" in execution:
        shared["execution"] = {key: value for key, value in execution.items() if key != "resumeUrl"}
    return shared


def _found(view: View, task: Task) -> KnownRow:
    steps: list[str] = []
    calls: list[Ahead] = []
    source = task.step
    while len(steps) < FORESIGHT_STEPS_MAX - 1:
        edge = _only_way(view.plan, source)
        if edge is None or edge.target in (task.step, *steps) or not _may_follow(view, edge.target):
            break
        ahead = _ahead_of(view, edge)
        if ahead is None:
            break
        steps.append(edge.target)
        calls.append(ahead)
        source = edge.target
    return KnownRow(view.policy, view.outlook.revision, steps, Later(calls))


def _ahead_of(view: View, edge: Edge) -> Ahead | None:
    """What the first run of a step will ask for, where it depends on nothing but its items."""
    binding = view.bindings.get(view.plan, edge.target)
    step = binding.step
    if binding.effect is not Effect.PURE or binding.roots or step.disabled or step.timeout_ms is not None:
        return None
    task = Task(0, step.id, {edge.target_port: (Source(edge.source, 0, edge.source_port),)}, run=0)
    code = binding.kind.code_in(step.parameters)
    batch = view.batch(task, (code,) if code else binding.templates)
    if "nodes" in batch.context or "resumeUrl" in batch.context["execution"]:
        return None
    own = {name: value for name, value in batch.context.items() if name not in _SHARED}
    return binding.kind.ahead(step, replace(batch, context=own), view.policy)


def _only_way(plan: Plan, step: str) -> Edge | None:
    """The edge from a step's first port, where it is the only one."""
    outputs = plan.ports[step].outputs
    edges = plan.outgoing.get((step, outputs[0]), ()) if outputs else ()
    return edges[0] if len(edges) == 1 else None


def _may_follow(view: View, step: str) -> bool:
    """Whether the step would run as soon as the one before it has."""
    plan = view.plan
    if view.outlook.ends_before((plan.version, step)) or plan.is_join(step):
        return False
    return plan.step(step).type not in view.policy.step_types_denied
