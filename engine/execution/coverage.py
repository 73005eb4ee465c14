"""Which steps and branches of a flow its tests ran.

A branch is an output port that has a wire, or that stands beside others: also the way that leads nowhere
is a decision. The port ``failure`` is one where it has a wire. A mocked step did not run, but the branches
behind it did.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.flow.cases import Case
from engine.flow.model import FAILURE
from engine.flow.plan import Plan
from engine.journal.state import ExecutionState

Branch = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Steps and branches (step, output port) in the flow's order; ``True``: at least one test ran it.

    ``mocked``: steps that only ever had something stand in for them.
    """

    steps: Mapping[str, bool]
    branches: Mapping[Branch, bool]
    mocked: frozenset[str] = frozenset()

    @property
    def share(self) -> float:
        """How much of steps and branches together ran, 0 to 1."""
        ran = [*self.steps.values(), *self.branches.values()]
        return sum(ran) / len(ran) if ran else 1.0

    def as_json(self) -> dict[str, Any]:
        """Render for REST, in camelCase; the share as a whole percentage, 100 only where all ran."""
        return {
            "percent": int(self.share * 100),
            "steps": [
                {"step": step, "covered": covered, "mocked": step in self.mocked}
                for step, covered in self.steps.items()
            ],
            "branches": [
                {"step": step, "port": port, "covered": covered}
                for (step, port), covered in self.branches.items()
            ],
        }


def coverage_of(plan: Plan, seen: Iterable[tuple[Case, ExecutionState]]) -> Coverage:
    """The coverage of a version by executions of its cases."""
    ran: set[str] = set()
    stood_in: set[str] = set()
    taken: set[Branch] = set()
    for case, state in seen:
        replaced = {*case.mocks, *state.started.pins}
        stood_in |= state.runs.keys() & replaced
        ran |= state.runs.keys() - replaced
        taken |= _taken(state)
    steps = {step.id: step.id in ran for step in plan.flow.steps if not step.disabled}
    branches = {branch: branch in taken for step in steps for branch in _branches(plan, step)}
    return Coverage(steps, branches, frozenset(stood_in - ran) & steps.keys())


def _taken(state: ExecutionState) -> set[Branch]:
    """Output ports that gave items."""
    return {
        (step, port)
        for step, runs in state.runs.items()
        for run in runs.values()
        for port, data in run.outputs.items()
        if data.count
    }


def _branches(plan: Plan, step: str) -> list[Branch]:
    outputs = plan.ports[step].outputs
    ports = [port for port in outputs if len(outputs) > 1 or (step, port) in plan.outgoing]
    if (step, FAILURE) in plan.outgoing and FAILURE not in ports:
        ports.append(FAILURE)
    return [(step, port) for port in ports]
