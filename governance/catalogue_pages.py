"""The catalogue of templates: looking, taking one into use, stopping one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from designer.access import local_redirect, page
from designer.editor import free_id
from engine.api import Principal, create_flow, world
from governance import catalogue, desk, shown
from governance.comparing import code_lines, flow_changes
from governance.domain.asking import template as template_of
from governance.domain.deciding_policy import SEVERITIES
from governance.domain.state import Dao
from governance.domain.words import Role
from governance.instantiating import answers_of, definition_from, fields_of

_STATUSES = ("active", "deprecated", "superseded", "stopped", "revoked")


@require_safe
@page
def templates(request: HttpRequest, actor: Principal) -> HttpResponse:
    """The catalogue, searched."""
    search, status = request.GET.get("search", "").strip(), request.GET.get("status", "")

    def view(dao: Dao) -> dict[str, Any]:
        return {
            "templates": shown.templates(dao, search, status)[:200],
            "is_member": actor.identity in dao.members,
        }

    context = desk.look(world(), actor, view)
    context |= {"search": search, "status": status, "statuses": _STATUSES}
    context["notices"] = catalogue.notices(world(), actor)
    return render(request, "governance/templates.html", context)


@require_safe
@page
def template(request: HttpRequest, actor: Principal, cid: str) -> HttpResponse:
    """A template: what it may reach, its versions, who approved it, and how to use it."""
    context = desk.look(world(), actor, lambda dao: _shown(dao, actor, cid))
    context["uses"] = catalogue.uses(world(), actor, cid)
    return render(request, "governance/template.html", context)


def _shown(dao: Dao, actor: Principal, cid: str) -> dict[str, Any]:
    plain = shown.template(dao, template_of(dao, cid))
    me, value = dao.members.get(actor.identity), plain["object"]
    return {
        "one": plain,
        "dao": shown.dao(dao),
        "lines": code_lines("", value["source"]) if value["type"] == "code" else [],
        "flow_changes": flow_changes({}, value["flow"]) if value["flow"] else [],
        "fields": fields_of(value["manifest"]["parameters"]),
        "usable": plain["status"] in ("active", "deprecated") and value["type"] != "module",
        "is_member": me is not None,
        "can_advise": me is not None and bool(me.roles & {Role.REVIEWER, Role.GUARDIAN}),
        "severities": SEVERITIES,
        "is_guardian": me is not None and Role.GUARDIAN in me.roles,
    }


@require_POST
@page
def use(request: HttpRequest, actor: Principal, cid: str) -> HttpResponse:
    """A flow of one's own out of a template, opened in the editor."""
    value = desk.look(world(), actor, lambda dao: template_of(dao, cid).object)
    name = request.POST.get("name", "").strip() or str(value["name"])
    id = free_id(actor, name)
    answers = answers_of(fields_of(value["manifest"]["parameters"]), request.POST)
    definition = {**definition_from(value, answers), "id": id, "name": name}
    create_flow(world(), actor, definition, draft=True)
    return redirect("designer:edit-flow", id)


@require_POST
@page
def stop(request: HttpRequest, actor: Principal, cid: str) -> HttpResponse:
    """As a guardian, stop a template at once."""
    proposal, _ = desk.stop_template(world(), actor, cid, request.POST.get("reason", ""))
    return local_redirect("governance:proposal", proposal)
