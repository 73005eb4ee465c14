"""Where somebody begins, and a flow's start by hand."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from designer import first_run
from designer.access import local_redirect, page
from engine.api import Principal, StartRequest, start_execution, world


def home(request: HttpRequest) -> HttpResponse:
    """Where somebody begins: set-up on a fresh node, else the flows."""
    return redirect("designer:set-up" if first_run.is_open() else "designer:flows")


@require_POST
@page
def start(request: HttpRequest, actor: Principal, flow: str) -> HttpResponse:
    """Start a flow by hand and show the execution."""
    started = start_execution(world(), actor, StartRequest(flow, mode="manual"))
    return local_redirect("designer:execution", started.execution)
