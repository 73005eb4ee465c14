"""What the parameters of a step come to with given data, without running the step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.base.errors import QflowError
from engine.base.limits import PREVIEW_DEADLINE_MS
from engine.execution.data import given_to
from engine.execution.expressions import Around, Written, batch_of, sandbox_limits
from engine.execution.references import resolve
from engine.execution.runner import Services
from engine.execution.scope import ScopeOf
from engine.flow.plan import Plan
from engine.flow.references import references, strings
from engine.journal.routing import TRIGGER
from engine.journal.state import ExecutionState, Run, Source, Task
from engine.ports.policy import Policy
from engine.ports.sandbox import Determinism
from engine.ports.step_catalogue import PortItems

_SEED = bytes(32)


def with_pins(plan: Plan, state: ExecutionState, pins: Mapping[str, Any], services: Services) -> None:
    """Let the pinned steps have run with what is pinned."""
    for step, items in pins.items():
        if step in plan.ports and plan.ports[step].outputs:
            data = services.items.store(state.started.subnet, list(items))
            run = Run("completed", {plan.ports[step].outputs[0]: data}, {}, 0, 0)
            state.runs[step] = {0: run}


def next_task(plan: Plan, state: ExecutionState, step: str) -> Task:
    """The run that the step would have now: with what the steps before it gave last, on the wires as
    they are."""
    inputs: dict[str, tuple[Source, ...]] = {}
    for edge in plan.incoming.get(step, ()):
        runs = state.runs.get(edge.source)
        if runs and runs[max(runs)].outputs.get(edge.source_port):
            source = Source(edge.source, max(runs), edge.source_port)
            inputs[edge.target_port] = (*inputs.get(edge.target_port, ()), source)
    if not plan.incoming.get(step):
        inputs = {"main": (TRIGGER,)}
    return Task(0, step, inputs, run=len(state.runs.get(step, {})))


class Preview:
    """Inputs and values of one step, as its next run would see them."""

    def __init__(
        self, services: Services, plan: Plan, state: ExecutionState, task: Task, execution: str
    ) -> None:
        self._services, self._plan, self._state, self._task = services, plan, state, task
        self._execution = execution
        self._now_us = services.clock.now_us()
        self._zone = plan.flow.settings.timezone or services.timezone
        ports = plan.ports[task.step].inputs
        self.inputs: PortItems = services.items.inputs(state.started.subnet, given_to(state, task), ports)

    def values(self, written: Sequence[Any], item: int, policy: Policy) -> list[dict[str, Any]]:
        """For each value as written ``{"value": V}``, or ``{"error": {"message", ...}}``."""
        templates = tuple(dict.fromkeys(text for _, text in strings(list(written)) if "{{" in text))
        row = self._row(templates, item, policy)
        return [self._value(one, item, row) for one in written]

    def _row(self, templates: Sequence[str], item: int, policy: Policy) -> Mapping[str, Any]:
        if not templates:
            return {}
        services = self._services
        batch = batch_of(
            self._plan,
            self._state,
            self._task,
            templates,
            self.inputs,
            services.items,
            around=Around(self._plan, self._state.started, self._execution, services.environment).of(policy),
            determinism=Determinism(self._now_us, _SEED, self._zone),
            resume_url=str,
        )
        limits = sandbox_limits(policy.limits, PREVIEW_DEADLINE_MS)
        return Written(services.sandbox, batch, limits).row(item)

    def _value(self, written: Any, item: int, row: Mapping[str, Any]) -> dict[str, Any]:
        roots = frozenset(reference.name for reference in references({"value": written}))
        first = next(iter(self.inputs.values()), [])
        try:
            scope = ScopeOf(
                self._plan, self._state, self._services.items, roots, self._execution, self._zone, self._task
            )
            return {"value": resolve(written, scope.for_item(first, item, self._now_us), "value", row)}
        except QflowError as error:
            return {"error": {"message": error.message.removeprefix("value: ")}}
