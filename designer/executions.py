"""Executions: the list, one with its steps and receipts, what can be done with it, and its proof."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from designer.access import local_redirect, page
from engine.api import (
    CorruptData,
    ExecutionQuery,
    Header,
    InvalidInput,
    Principal,
    Refused,
    Status,
    abort_execution,
    execution_state,
    list_executions,
    pause_execution,
    resume_execution,
    verify_execution,
    world,
)

ENDED = frozenset({Status.COMPLETED, Status.FAILED, Status.ABORTED})
_VERBS = {"pause": pause_execution, "resume": resume_execution, "abort": abort_execution}
PAGE_SIZE = 50


@page
def execution_list(request: HttpRequest, actor: Principal) -> HttpResponse:
    """A page of executions, newest first; asks for itself again while it is open."""
    status = request.GET.get("status") or None
    if status not in {None, *(one.value for one in Status)}:
        raise InvalidInput("there is no such status")
    query = ExecutionQuery(
        actor.subnet, status=status, before=request.GET.get("before") or None, limit=PAGE_SIZE
    )
    found = list_executions(world(), actor, query)
    shown = {
        "executions": found,
        "status": status or "",
        "statuses": [one.value for one in Status],
        "following": found[-1].id if len(found) == PAGE_SIZE else "",
        "live": "before" not in request.GET,
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, f"designer/{'executions_part' if part else 'executions'}.html", shown)


@page
def one(request: HttpRequest, actor: Principal, execution: str) -> HttpResponse:
    """One execution."""
    return render(request, "designer/execution.html", _shown(actor, execution))


@page
def state(request: HttpRequest, actor: Principal, execution: str) -> HttpResponse:
    """The part of the page that changes."""
    return render(request, "designer/execution_part.html", _shown(actor, execution))


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
        "runs": runs,
        "receipts": state.receipts,
        "awaits": state.awaits,
        "error": state.error or header.error,
        "verbs": _verbs(header),
        "live": header.status not in ENDED,
    }


def _verbs(header: Header) -> list[str]:
    if header.status in ENDED:
        return []
    return ["resume", "abort"] if header.status == Status.PAUSED else ["pause", "abort"]
