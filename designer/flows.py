"""Flows: the list, a start by hand, and the import of n8n workflows."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from designer import first_run
from designer.access import local_redirect, page
from engine.api import (
    InvalidInput,
    Principal,
    StartRequest,
    import_flows,
    list_flows,
    person_keys,
    start_execution,
    world,
)


def home(request: HttpRequest) -> HttpResponse:
    """Where somebody begins: set-up on a fresh node, else the flows."""
    return redirect("designer:set-up" if first_run.is_open() else "designer:flows")


@page
def flow_list(request: HttpRequest, actor: Principal) -> HttpResponse:
    """A page of flows by id."""
    text, after = request.GET.get("text", "").strip(), request.GET.get("after") or None
    flows = list_flows(world(), actor, text=text or None, after=after, limit=50)
    following = flows[-1].id if len(flows) == 50 else ""
    own_key = not person_keys(world(), actor).record.held
    shown = {"flows": flows, "text": text, "following": following, "own_key": own_key}
    return render(request, "designer/flows.html", shown)


@require_POST
@page
def start(request: HttpRequest, actor: Principal, flow: str) -> HttpResponse:
    """Start a flow by hand and show the execution."""
    started = start_execution(world(), actor, StartRequest(flow, mode="manual"))
    return local_redirect("designer:execution", started.execution)


@require_http_methods(["GET", "HEAD", "POST"])
@page
def import_page(request: HttpRequest, actor: Principal) -> HttpResponse:
    """The page, and what becomes of one pasted or dropped file: checked, or imported with ``import``."""
    if request.method != "POST":
        return render(request, "designer/import.html")
    for_real = request.POST.get("action") == "import"
    name, text = request.POST.get("name", "")[:200] or "pasted", request.POST.get("document", "")
    try:
        arrivals = import_flows(world(), actor, text.encode(), name, dry_run=not for_real)
    except InvalidInput as error:
        return render(request, "designer/import_refused.html", {"name": name, "error": error}, status=422)
    return render(request, "designer/import_report.html", {"name": name, "arrivals": arrivals})
