"""Executions as REST shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.execution.scope import iso
from engine.execution.summary import result_of
from engine.journal import facts as f
from engine.journal.fold import fold
from engine.journal.state import ExecutionState, Parked, Run
from engine.ports.access_store import Principal
from engine.ports.journal_store import ExecutionQuery, Header
from engine.usecases.answer_wait import resume_token
from engine.usecases.inspect_execution import execution_state, items_of, list_executions
from engine.usecases.permission import own_execution
from engine.usecases.world import World

Json = dict[str, Any]


def moment(at_us: int | None) -> str | None:
    """A time in ISO 8601, UTC."""
    return None if at_us is None else time_of(at_us)


def time_of(at_us: int) -> str:
    """A time in ISO 8601, UTC."""
    return iso(at_us).replace("+00:00", "Z")


def summary_of(header: Header) -> Json:
    """An ``ExecutionSummary``."""
    return {
        "executionId": header.id,
        "flowId": header.flow,
        "flowVersion": header.version,
        "status": header.status,
        "currentStep": header.current_step,
        "customData": dict(header.custom or {}),
        "triggerType": header.trigger_type,
        "mode": header.mode,
        "startTime": time_of(header.started_us or header.created_us),
        "endTime": moment(header.ended_us),
        "error": error_of(header.error, header.ended_us or header.updated_us),
    }


def error_of(error: Mapping[str, Any] | None, at_us: int) -> Json | None:
    """The reference's ``ExecutionError``."""
    if not error:
        return None
    return {
        "type": str(error.get("type", "execution_error")),
        "code": str(error.get("code", "")),
        "message": str(error.get("message", "")),
        "stepId": error.get("step"),
        "nodeId": error.get("node"),
        "retryable": bool(error.get("retryable", False)),
        "details": dict(error.get("details") or {}),
        "timestamp": time_of(at_us),
    }


def show_page(world: World, actor: Principal, query: ExecutionQuery) -> Json:
    """A page of executions, with the cursor of the next one."""
    limit = min(query.limit, world.limits.page_size_max)
    headers = list_executions(world, actor, query)
    following = headers[-1].id if len(headers) == limit else None
    return {"executions": [summary_of(header) for header in headers], "next": following}


def show_state(world: World, actor: Principal, execution: str) -> Json:
    """An ``ExecutionState``."""
    own_execution(world, actor, execution, "executions:read")
    header, entries = world.journal.load(execution)
    facts = [entry.fact for entry in entries]
    plan = world.plans.get(header.subnet, header.version)
    state = fold(plan, facts)
    permissions = list(plan.flow.metadata.required_permissions)
    return {**summary_of(header), **_progress(state), **_origin(world, header, state, permissions)} | {
        "nodeAssignments": _nodes(facts),
        "waiting": [_waiting(world, header, parked) for parked in state.parked.values()],
        "sequence": header.sequence,
    }


def _progress(state: ExecutionState) -> Json:
    latest = {step: runs[max(runs)] for step, runs in state.runs.items()}
    return {
        "completedSteps": [step for step, run in latest.items() if run.status == "completed"],
        "failedSteps": [step for step, run in latest.items() if run.status == "failed"],
        "checkpoints": [checkpoint_of(checkpoint) for checkpoint in state.checkpoints],
    }


def _origin(world: World, header: Header, state: ExecutionState, permissions: list[str]) -> Json:
    started = state.started
    context = {
        "triggeredBy": started.actor,
        "triggerType": started.trigger_type,
        "inputData": input_data(items_of(world, header, started.items)),
        "variables": dict(started.variables),
        "daoSubnet": started.subnet,
        "permissions": permissions,
    }
    forked = dict(started.forked_from) if started.forked_from else None
    return {"context": context, "forkedFrom": forked, "replayOf": started.replay_of}


def input_data(items: list[Json]) -> Any:
    """One item's JSON as it is; several as a list."""
    values = [item.get("json", {}) for item in items]
    return values[0] if len(values) == 1 else {"items": values}


def checkpoint_of(checkpoint: Mapping[str, Any]) -> Json:
    """A ``Checkpoint``."""
    return {
        "id": checkpoint["id"],
        "label": checkpoint["label"],
        "createdAt": time_of(checkpoint["at_us"]),
        "sequence": checkpoint["sequence"],
    }


def _nodes(facts: list[f.Fact]) -> dict[str, str]:
    """The node that ran each step last."""
    kinds = f.StepStarted | f.StepCompleted | f.StepFailed | f.StepParked
    return {fact.step: fact.node for fact in facts if isinstance(fact, kinds) and fact.node}


def _waiting(world: World, header: Header, parked: Parked) -> Json:
    kind = str(parked.wait.get("kind", ""))
    token = resume_token(world.secret, header.id, parked.task.id)
    url = f"{world.public_url()}/webhook-waiting/{header.id}/{parked.task.id}/{token}"
    return {
        "task": parked.task.id,
        "step": parked.task.step,
        "kind": kind,
        "since": time_of(parked.since_us),
        "until": moment(parked.until_us),
        "prompt": dict(parked.wait.get("prompt") or {}),
        "resumeUrl": url if kind == "webhook" else None,
    }


def show_runs(world: World, actor: Principal, execution: str, step: str, run: int | None) -> Json:
    """``StepRuns``: all runs of a step, and the outputs of one (the last, unless named)."""
    header, state = execution_state(world, actor, execution)
    runs = state.runs.get(step, {})
    chosen = runs.get(max(runs) if run is None else run) if runs else None
    outputs = chosen.outputs if chosen else {}
    return {
        "executionId": execution,
        "step": step,
        "runs": [_run(index, one) for index, one in sorted(runs.items())],
        "outputs": {port: items_of(world, header, data) for port, data in outputs.items()},
    }


def _run(index: int, run: Run) -> Json:
    return {
        "run": index,
        "status": run.status,
        "attempts": run.attempts,
        "startTime": time_of(run.started_us),
        "endTime": time_of(run.ended_us),
        "itemsOut": {port: data.count for port, data in run.outputs.items()},
        "error": error_of(run.error, run.ended_us),
    }


def show_result(world: World, actor: Principal, execution: str) -> Json:
    """``Items``: what the last step gave."""
    header, state = execution_state(world, actor, execution)
    items = items_of(world, header, result_of(state))
    return {"executionId": execution, "status": header.status, "items": items}
