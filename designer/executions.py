"""One execution: its steps and receipts, what can be done with it, and its proof."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from designer.access import answer, local_redirect, page
from designer.execution_list import duration
from designer.running import progress_of
from designer.step_types import looks
from designer.times import time_of
from engine.api import (
    CorruptData,
    FlowRecord,
    ForkRequest,
    Header,
    InvalidInput,
    PermissionDenied,
    Principal,
    Refused,
    Status,
    UnknownObject,
    abort_execution,
    definition_of,
    delete_execution,
    execution_history,
    execution_state,
    fork_execution,
    get_flow,
    pause_execution,
    replay_execution,
    resume_execution,
    to_cloudevent,
    verify_execution,
    world,
)

ENDED = frozenset({Status.COMPLETED, Status.FAILED, Status.ABORTED})
EVENTS_SHOWN_MAX = 5_000
"""How much of a long journal the page replays; it says where there is more."""

_VERBS = {"pause": pause_execution, "resume": resume_execution, "abort": abort_execution}


@page
def one(request: HttpRequest, actor: Principal, execution: str) -> HttpResponse:
    """One execution."""
    return render(request, "designer/execution.html", _shown(actor, execution))


@page
def state(request: HttpRequest, actor: Principal, execution: str) -> HttpResponse:
    """The part of the page that changes."""
    return render(request, "designer/execution_part.html", _shown(actor, execution))


@page
def steps(request: HttpRequest, actor: Principal, execution: str) -> HttpResponse:
    """The runs of its steps, and its receipts."""
    return render(request, "designer/execution_steps.html", _shown(actor, execution))


@require_safe
@answer
def journal(request: HttpRequest, actor: Principal, execution: str) -> HttpResponse:
    """The flow that ran and what happened, for the timeline and for replaying it on the canvas."""
    history = execution_history(world(), actor, execution, EVENTS_SHOWN_MAX)
    header = history.header
    definition = definition_of(dataclasses.replace(history.flow, format="qflow"))
    events = [to_cloudevent(header, entry.sequence, entry.fact) for entry in history.entries]
    for event in events:
        state = history.restored.get(event["data"]["sequence"])
        if state is not None:
            event["data"]["progress"] = {"steps": progress_of(header, state)["steps"]}
    shown = {"definition": definition, "looks": looks(definition["steps"]), "events": events}
    return JsonResponse({**shown, "all": header.sequence})


@require_POST
@page
def again(request: HttpRequest, actor: Principal, execution: str) -> HttpResponse:
    """Run again, from a step's run or from the start, by the same version or another."""
    version, step = request.POST.get("version") or None, request.POST.get("step", "")
    if version not in (None, "draft", "published"):
        raise InvalidInput("the version is the same (empty), draft or published")
    if not step:
        return local_redirect(
            "designer:execution", replay_execution(world(), actor, execution, version).execution
        )
    run = request.POST.get("run", "")
    if run and not (run.isascii() and run.isdigit() and len(run) < 10):
        raise InvalidInput("run must be the number of a run, from 0")
    wanted = ForkRequest(execution, step, int(run) if run else None, version=version)
    return local_redirect("designer:execution", fork_execution(world(), actor, wanted).execution)


@require_POST
@page
def delete(request: HttpRequest, actor: Principal, execution: str) -> HttpResponse:
    """Delete an ended execution with its data."""
    delete_execution(world(), actor, execution)
    messages.success(request, f"{execution} is deleted.")
    return local_redirect("designer:executions")


@require_POST
@page
def control(request: HttpRequest, actor: Principal, execution: str, verb: str) -> HttpResponse:
    """Pause, resume or abort."""
    if verb not in _VERBS:
        raise Http404(verb)
    _VERBS[verb](world(), actor, execution)
    return local_redirect("designer:execution", execution)


@require_POST
@page
def verify(request: HttpRequest, actor: Principal, execution: str) -> HttpResponse:
    """Check the execution as a stranger would, and say what is proven."""
    shown = _shown(actor, execution)
    try:
        shown["report"] = verify_execution(world(), actor, execution)
    except (CorruptData, Refused) as error:
        shown["broken"] = str(error)
    return render(request, "designer/execution.html", shown)


def _shown(actor: Principal, execution: str) -> dict[str, Any]:
    header, state = execution_state(world(), actor, execution)
    runs = [
        {"step": step, "number": number, "run": run, "ms": (run.ended_us - run.started_us) / 1000}
        for step, numbered in state.runs.items()
        for number, run in numbered.items()
    ]
    runs.sort(key=lambda shown: shown["run"].order)
    return {
        "execution": header,
        "flow": _flow(actor, header.flow),
        "began": time_of(header.created_us),
        "took": duration((header.ended_us or world().clock.now_us()) - header.created_us),
        "kept": None if header.keep_until_us is None else time_of(header.keep_until_us),
        "custom": sorted(state.custom.items()),
        "forked": state.started.forked_from,
        "replayed": state.started.replay_of,
        "runs": runs,
        "receipts": state.receipts,
        "awaits": state.awaits,
        "error": state.error or header.error,
        "verbs": _verbs(header),
        "live": header.status not in ENDED,
    }


def _flow(actor: Principal, flow: str) -> FlowRecord | None:
    """The flow, where it is still there and the person may see it."""
    try:
        return get_flow(world(), actor, flow).record
    except (PermissionDenied, UnknownObject):
        return None


def _verbs(header: Header) -> list[str]:
    if header.status in ENDED:
        return []
    return ["resume", "abort"] if header.status == Status.PAUSED else ["pause", "abort"]
