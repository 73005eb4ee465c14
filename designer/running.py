"""What the editor asks to run flows and follow executions: starts, parts, verbs, answers, progress."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from designer.access import answer
from designer.requests import part, sent
from engine.api import (
    ExecutionQuery,
    ExecutionState,
    Header,
    InvalidInput,
    PartRequest,
    Principal,
    Run,
    StartRequest,
    abort_execution,
    answer_wait,
    execution_state,
    get_flow,
    list_executions,
    pause_execution,
    resume_execution,
    run_part,
    start_execution,
    world,
)

_VERBS = {"pause": pause_execution, "resume": resume_execution, "abort": abort_execution}


@require_POST
@answer
def run(request: HttpRequest, actor: Principal, flow: str) -> HttpResponse:
    """Run the newest draft by hand: all of it, from its triggers or one of them, or a part."""
    asked = sent(request)
    first, last, kept = (_step(asked, name) for name in ("first", "last", "kept"))
    items = asked.get("items") or []
    if first or last:
        started = run_part(world(), actor, PartRequest(flow, first, last, kept, items=items))
    else:
        wanted = StartRequest(flow, items, mode="manual", step=_step(asked, "trigger"))
        started = start_execution(world(), actor, wanted)
    return JsonResponse({"execution": started.execution}, status=201)


@require_POST
@answer
def act(request: HttpRequest, actor: Principal, execution: str, verb: str) -> HttpResponse:
    """Pause, resume or abort."""
    if verb not in _VERBS:
        raise InvalidInput(f"there is no {verb!r}; it is one of {', '.join(_VERBS)}")
    _VERBS[verb](world(), actor, execution)
    return JsonResponse({"execution": execution})


@require_POST
@answer
def reply(request: HttpRequest, actor: Principal, execution: str) -> HttpResponse:
    """Answer a step that waits for an approval."""
    asked = sent(request)
    answer_wait(world(), actor, execution, part(asked, "task", int), part(asked, "payload", dict))
    return JsonResponse({"execution": execution})


@require_safe
@answer
def progress(request: HttpRequest, actor: Principal, execution: str) -> HttpResponse:
    """Where an execution stands, step by step, up to a sequence from which its events go on."""
    header, state = execution_state(world(), actor, execution)
    return JsonResponse(progress_of(header, state))


@require_safe
@answer
def newest(request: HttpRequest, actor: Principal, flow: str) -> HttpResponse:
    """The newest execution of a flow, for the editor to show its data; none is null."""
    get_flow(world(), actor, flow)
    found = list_executions(world(), actor, ExecutionQuery(actor.subnet, flow=flow, limit=1))
    return JsonResponse({"execution": found[0].id if found else None})


def _step(asked: dict[str, Any], name: str) -> str | None:
    return str(asked[name]) if asked.get(name) else None


def progress_of(header: Header, state: ExecutionState) -> dict[str, Any]:
    """Where an execution stands, for ``run/progress.js`` to go on from."""
    steps = {step: _latest(runs) for step, runs in state.runs.items()}
    for task in state.running.values():
        steps[task.step] = {**steps.get(task.step, {}), "status": "running"}
    for parked in state.parked.values():
        steps[parked.task.step] = {
            "status": "waiting",
            "task": parked.task.id,
            "kind": parked.wait["kind"],
            "prompt": dict(parked.wait.get("prompt") or {}),
        }
    return {
        "execution": header.id,
        "flow": header.flow,
        "version": header.version,
        "mode": header.mode,
        "trigger": state.started.trigger_step,
        "status": str(header.status),
        "error": state.error,
        "sequence": state.sequence,
        "own": list(state.started.bounds) or None,
        "steps": steps,
    }


def _latest(runs: dict[int, Run]) -> dict[str, Any]:
    last = runs[max(runs)]
    return {
        "status": last.status,
        "runs": len(runs),
        "ms": (last.ended_us - last.started_us) / 1000,
        "error": (last.error or {}).get("message"),
        "items": {port: data.count for port, data in last.outputs.items()},
    }
