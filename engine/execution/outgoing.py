"""Which effects beyond the execution its facts ask for: what goes into the outbox."""

from __future__ import annotations

from collections.abc import Iterator

from engine.base.ids import derived
from engine.execution.summary import result_of
from engine.flow.plan import Plan
from engine.journal import facts as f
from engine.journal.state import ExecutionState
from engine.ports.journal_store import Outgoing

QUIET = frozenset({f.ExecutionAdmitted, f.StepStarted, f.StepCompleted, f.StepFailed, f.StepInterrupted})
"""Facts that ask for nothing beyond the execution."""


def before(plan: Plan, state: ExecutionState, fact: f.Fact, execution: str) -> Iterator[Outgoing]:
    """Effects of a fact that need the state as it is before the fact."""
    if isinstance(fact, f.ExecutionFailed | f.ExecutionAborted):
        for parked in state.parked.values():
            if parked.wait["kind"] == "child":
                child = parked.wait["execution"]
                yield Outgoing(derived("out", execution, "abort", child), "abort-child", {"child": child})


def after(plan: Plan, state: ExecutionState, fact: f.Fact, execution: str) -> Iterator[Outgoing]:
    """Effects of a fact, with the state as it is after it."""
    if isinstance(fact, f.StepParked) and fact.wait["kind"] == "child":
        yield _start_child(state, fact, execution)
    if not isinstance(fact, f.ExecutionCompleted | f.ExecutionFailed | f.ExecutionAborted):
        return
    if state.started.parent:
        yield _tell_parent(state, execution)
    error_flow = plan.flow.settings.error_flow if not state.started.case else None
    if isinstance(fact, f.ExecutionFailed) and error_flow and state.started.trigger_type != "error":
        payload = {
            "flow": error_flow,
            "failed_flow": state.started.flow,
            "name": plan.flow.name,
            "failed_execution": execution,
            "error": dict(fact.error),
            "mode": state.started.mode,
            "subnet": state.started.subnet,
        }
        yield Outgoing(derived("out", execution, "error-flow"), "start-error-flow", payload)


def _start_child(state: ExecutionState, fact: f.StepParked, execution: str) -> Outgoing:
    wait = fact.wait
    payload = {
        "child": wait["execution"],
        "flow": wait["flow"],
        "version": wait["version"],
        "input": wait["input"],
        "wait": wait["wait"],
        "parent": {"execution": execution, "task": fact.task},
        "subnet": state.started.subnet,
        "mode": state.started.mode,
        "actor": state.started.actor,
        "depth": state.started.depth + 1,
    }
    return Outgoing(derived("out", execution, "child", wait["execution"]), "start-child", payload)


def _tell_parent(state: ExecutionState, execution: str) -> Outgoing:
    assert state.started.parent
    data = result_of(state)
    payload = {
        "parent": dict(state.started.parent),
        "child": execution,
        "status": str(state.status),
        "error": dict(state.error) if state.error else None,
        "output": {"cid": data.cid, "count": data.count, "items": data.items} if data else None,
    }
    return Outgoing(derived("out", execution, "tell"), "tell-parent", payload)
