"""The flow editor: its page, and the document it loads, checks and saves."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from designer.access import answer, may, page
from designer.assets import files
from designer.publishing import state_of
from designer.requests import part, sent
from designer.step_types import looks
from engine.api import (
    FlowRecord,
    FlowView,
    Principal,
    StaleRevision,
    UnknownObject,
    create_flow,
    definition_of,
    get_flow,
    import_flows,
    require,
    update_flow,
    validate_flow,
    world,
)
from engine.api.credentials import credential_problems

ID_CHARACTERS_MAX = 64
MODULES = ("js/flow/", "js/canvas/", "js/editor/", "vendor/drawflow/")


@require_safe
@page
def edit(request: HttpRequest, actor: Principal, flow: str) -> HttpResponse:
    """The editor of a flow."""
    record = get_flow(world(), actor, flow).record
    return render(request, "designer/edit.html", _shown(record, *_rights(actor, flow)))


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The editor of a flow that is not there yet, and its first save."""
    return _create(request) if request.method == "POST" else _new_page(request)


@page
def _new_page(request: HttpRequest, actor: Principal) -> HttpResponse:
    require(world(), actor, "flows:write")
    return render(
        request, "designer/edit.html", _shown(None, can_write=True, can_run=actor.may("executions:write"))
    )


@answer
def _create(request: HttpRequest, actor: Principal) -> HttpResponse:
    asked = sent(request)
    definition = part(asked, "definition", dict)
    flow_id = free_id(actor, str(definition.get("name") or ""))
    create_flow(world(), actor, {**definition, "id": flow_id}, str(asked.get("message", "")), draft=True)
    return JsonResponse(_loaded(get_flow(world(), actor, flow_id)), status=201)


@require_http_methods(["GET", "HEAD", "PUT"])
@answer
def document(request: HttpRequest, actor: Principal, flow: str) -> HttpResponse:
    """The newest version as a Flow Definition; PUT saves another one on top of the revision it was made from.

    Where somebody saved since, the answer is 409 with their version beside.
    """
    if request.method != "PUT":
        return JsonResponse(_loaded(get_flow(world(), actor, flow)))
    asked = sent(request)
    definition, revision = part(asked, "definition", dict), part(asked, "revision", str)
    try:
        update_flow(world(), actor, flow, definition, revision, str(asked.get("message", "")), draft=True)
    except StaleRevision as error:
        theirs = _loaded(get_flow(world(), actor, flow))
        return JsonResponse({"error": error.message, "theirs": theirs}, status=409)
    return JsonResponse(_loaded(get_flow(world(), actor, flow)))


@require_POST
@answer
def check(request: HttpRequest, actor: Principal) -> HttpResponse:
    """What is wrong with a definition, and what its steps look like, without storing anything."""
    definition = part(sent(request), "definition", dict)
    steps = definition.get("steps")
    listed = steps if isinstance(steps, list) else []
    found = validate_flow(world(), actor, definition, name="new", draft=True)
    told = [*found.problems, *credential_problems(world(), actor, listed)]
    problems = [problem.as_json() for problem in told]
    return JsonResponse({"problems": problems, "looks": looks(listed)})


@require_POST
@answer
def pasted(request: HttpRequest, actor: Principal) -> HttpResponse:
    """Steps of an n8n workflow that was pasted: the flows it becomes, none of them stored."""
    text = part(sent(request), "text", str)
    arrivals = import_flows(world(), actor, text.encode(), "pasted", dry_run=True)
    flows = [
        {
            "definition": definition_of(replace(arrival.imported.flow, format="qflow")),
            "nodes": arrival.imported.nodes,
            "runnable": arrival.imported.runnable,
            "issues": [dict(issue) for issue in arrival.imported.issues],
        }
        for arrival in arrivals
    ]
    return JsonResponse({"flows": flows})


def _shown(flow: FlowRecord | None, can_write: bool, can_run: bool) -> dict[str, Any]:
    """What the page shows; the modules it needs are named in it, so that they come all at once."""
    modules = [name for name in files() if name.startswith(MODULES) and name.endswith(".js")]
    return {
        "flow": flow,
        "can_write": can_write,
        "can_run": can_run,
        "address": world().public_url(),
        "modules": modules,
    }


def free_id(actor: Principal, name: str) -> str:
    """An id for a new flow, made from its name, that no flow of the subnet has."""
    base = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:ID_CHARACTERS_MAX] or "flow"
    wish, number = base, 1
    while _is_there(actor, wish):
        number += 1
        wish = f"{base}-{number}"
    return wish


def _is_there(actor: Principal, flow: str) -> bool:
    try:
        world().flows.record(actor.subnet, flow)
    except UnknownObject:
        return False
    return True


def _rights(actor: Principal, flow: str) -> tuple[bool, bool]:
    """Whether the actor may change a flow, and whether they may run it."""
    wanted = (("flows:write", "flow.write"), ("executions:write", "flow.start"))
    can_write, can_run = (may(actor, flow, scope, action) for scope, action in wanted)
    return can_write, can_run


def _loaded(view: FlowView) -> dict[str, Any]:
    """A version for the editor: always as a Flow Definition, whatever format the flow came in."""
    definition = definition_of(replace(view.flow, format="qflow"))
    return {
        **state_of(view.record),
        "format": view.flow.format,
        "definition": definition,
        "looks": looks(definition["steps"]),
    }
