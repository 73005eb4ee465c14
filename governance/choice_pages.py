"""A proposal in which the members choose one of several pieces of code that do the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from designer.access import local_redirect, page
from engine.api import InvalidInput, Principal, Problem, get_flow, list_flows, world
from governance import desk, shown
from governance.domain.words import Method
from governance.drafting import LANGUAGES, template_from

_FLOWS_LOOKED_AT_MAX = 100
_METHODS = {
    Method.APPROVAL: "each member approves any number of them",
    Method.RANKED: "each member ranks them, and the last goes until one has most",
    Method.QUADRATIC: "each member spends credits: n votes cost n times n",
}


@require_http_methods(["GET", "HEAD", "POST"])
@page
def choose(request: HttpRequest, actor: Principal) -> HttpResponse:
    """The form with all code steps of the subnet; posted, the proposal is made and submitted."""
    if request.method == "POST":
        id = desk.propose(world(), actor, _wish(actor, request))
        desk.submit(world(), actor, id)
        return local_redirect("governance:proposal", id)
    dao = desk.look(world(), actor, shown.dao)
    methods = [(str(one), text) for one, text in _METHODS.items()]
    context = {"dao": dao, "steps": list(_code_steps(actor)), "methods": methods}
    return render(request, "governance/choose.html", context)


def _code_steps(actor: Principal) -> Iterator[dict[str, Any]]:
    """The steps of flows that hold code."""
    for record in list_flows(world(), actor, limit=_FLOWS_LOOKED_AT_MAX):
        for step in get_flow(world(), actor, record.id, "draft").flow.steps:
            if step.type in LANGUAGES:
                yield {"value": f"{record.id}/{step.id}", "flow": record.name, "step": step.title}


def _wish(actor: Principal, request: HttpRequest) -> dict[str, Any]:
    places = [one.partition("/") for one in request.POST.getlist("step")]
    if not places:
        raise InvalidInput("choose the code", [Problem("step", "two pieces at least")])
    return {
        "kind": "choose",
        "title": request.POST.get("title", ""),
        "text": request.POST.get("text", ""),
        "method": request.POST.get("method", ""),
        "templates": [template_from(world(), actor, flow, step=step) for flow, _, step in places],
    }
