"""Flows: a start by hand, and the import of n8n workflows."""

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
    start_execution,
    world,
)


def home(request: HttpRequest) -> HttpResponse:
    """Where somebody begins: set-up on a fresh node, else the flows."""
    return redirect("designer:set-up" if first_run.is_open() else "designer:flows")


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
