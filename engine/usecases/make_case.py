"""Make a test of what an execution did: its start, stand-ins for what acted or waited, and its outputs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from engine.base.errors import InvalidInput, WrongState
from engine.base.limits import CASE_BYTES_MAX, CASE_ITEMS_MAX
from engine.execution.judging import given_items
from engine.flow.plan import Plan
from engine.journal import facts as f
from engine.journal.state import ExecutionState, Run, Status
from engine.ports.access_store import Principal
from engine.ports.step_catalogue import Effect, Item
from engine.usecases.inspect_execution import items_of, state_of
from engine.usecases.permission import own_execution
from engine.usecases.world import World

_ENDS = (Status.COMPLETED, Status.FAILED, Status.WAITING)


def make_case(world: World, actor: Principal, execution: str, expect: Sequence[str] = ()) -> dict[str, Any]:
    """A case as definitions write it, so that running it should come to the same; it is not stored.

    What is expected is what steps gave from which nothing leads on, or the steps named in ``expect``. Of
    items only their JSON is taken. Raises :class:`WrongState` where the execution has not come to an end,
    :class:`InvalidInput` where there is too much data for a test.
    """
    header = own_execution(world, actor, execution, "executions:read")
    if header.status not in _ENDS:
        raise WrongState(f"execution {execution} is {header.status}; a test is made of one that has ended")
    plan, state = world.plans.get(header.subnet, header.version), state_of(world, header)
    items = _bare(items_of(world, header, state.started.items))
    maker = _Maker(world, plan, state)
    case = {
        "name": f"as in {execution[-8:]}",
        "start": state.started.trigger_step or None,
        "items": items if items != [{"json": {}}] else [],
        "mocks": maker.mocks(_waited(world, execution)),
        "expect": maker.expected(header.status, expect),
    }
    made = {key: value for key, value in case.items() if value}
    if len(json.dumps(made)) > CASE_BYTES_MAX:
        limit = CASE_BYTES_MAX // 1024
        raise InvalidInput(f"the execution has more data than a test may hold ({limit} KiB)")
    return made


class _Maker:
    """The parts of a case that follow from the runs of an execution."""

    def __init__(self, world: World, plan: Plan, state: ExecutionState) -> None:
        self._world, self._plan, self._state = world, plan, state

    def mocks(self, waited: frozenset[str]) -> dict[str, Any]:
        """What acted on the outside, waited, or was pinned or mocked, with what it gave last."""
        state, bindings = self._state, self._world.worker.services.bindings
        found: dict[str, Any] = {}
        for step in state.runs:
            acts = bindings.effect(self._plan, step) != Effect.PURE and not self._plan.step(step).disabled
            if acts or step in waited or step in state.started.pins:
                found[step] = self._mock(step, state.runs[step][max(state.runs[step])])
        return found

    def _mock(self, step: str, run: Run) -> dict[str, Any]:
        if run.error is not None:
            error = {"message": str(run.error.get("message") or "failed"), "type": run.error["type"]}
            return {"error": error}
        subnet, items = self._state.started.subnet, self._world.worker.items
        outputs = {port: _bare(items.load(subnet, data)) for port, data in run.outputs.items()}
        first = next(iter(self._plan.ports[step].outputs), "")
        return {"items": outputs[first]} if list(outputs) == [first] else {"outputs": outputs}

    def expected(self, status: Status, named: Sequence[str]) -> dict[str, Any]:
        """How it ended, and what the last steps gave, or the named ones."""
        state, sources = self._state, {edge.source for edge in self._plan.flow.edges}
        ends = [step for step in state.runs if step not in sources]
        ways: dict[str, dict[str, Any]] = {"outputs": {}, "contains": {}}
        for step in named or ends:
            for port in self._ports(step):
                given = _bare(given_items(self._world.worker.items, state, step, port))
                way = "outputs" if len(given) <= CASE_ITEMS_MAX else "contains"
                ways[way].setdefault(step, {})[port] = given[:CASE_ITEMS_MAX]
        error = str((state.error or {}).get("message", ""))[:256] if status is Status.FAILED else ""
        end = "" if status is Status.COMPLETED else str(status)
        return {key: value for key, value in {"end": end, "error": error, **ways}.items() if value}

    def _ports(self, step: str) -> list[str]:
        runs = self._state.runs.get(step, {})
        return list(dict.fromkeys(port for run in runs.values() for port in run.outputs))


def _waited(world: World, execution: str) -> frozenset[str]:
    """Steps that were parked: in a test nobody answers them."""
    entries = world.journal.load(execution)[1]
    return frozenset(entry.fact.step for entry in entries if isinstance(entry.fact, f.StepParked))


def _bare(items: Sequence[Mapping[str, Any]]) -> list[Item]:
    return [{"json": item["json"]} for item in items]
