"""What travels and what is warned of: templates between DAOs, advisories, and notices to authors of flows."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from designer.access import local_redirect, page
from engine.api import InvalidInput, PermissionDenied, Principal, Problem, QflowError, world
from governance import catalogue, desk, shown, wording
from governance.domain.asking import template as template_of
from governance.domain.deciding_policy import SEVERITIES
from governance.domain.limits import CONTENT_BYTES_MAX
from governance.domain.state import Dao
from governance.fetching import propose_fetched

NOTICES_SHOWN_MAX = 200
_BUNDLE_BYTES_MAX = 2 * CONTENT_BYTES_MAX
"""Of a template as a file: JSON takes more room than what is voted on."""


@require_safe
@page
def export(request: HttpRequest, actor: Principal, cid: str) -> HttpResponse:
    """A template as a file that another DAO takes in."""
    bundle = catalogue.export_template(world(), actor, cid)
    text = json.dumps(bundle, ensure_ascii=False, sort_keys=True)
    headers = {"Content-Disposition": f'attachment; filename="{bundle["cid"]}.json"'}
    return HttpResponse(text, content_type="application/json; charset=utf-8", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@page
def take_in(request: HttpRequest, actor: Principal) -> HttpResponse:
    """A template of another DAO, chosen as a file; posted, it becomes a draft here."""
    if request.method != "POST":
        return render(request, "governance/import.html", {"dao": desk.look(world(), actor, shown.dao)})
    proposal = catalogue.import_template(world(), actor, _bundle(request))
    return local_redirect("governance:proposal", proposal)


@require_POST
@page
def fetch(request: HttpRequest, actor: Principal) -> HttpResponse:
    """A template of another node, by its CID; verified, it becomes a draft here."""
    form = {name: request.POST.get(name, "").strip() for name in ("cid", "url", "token", "dao")}
    try:
        given = form["url"], form["token"], form["cid"], form["dao"]
        return local_redirect("governance:proposal", propose_fetched(world(), actor, *given))
    except PermissionDenied:
        raise
    except QflowError as error:
        context = {
            "dao": desk.look(world(), actor, shown.dao),
            "form": form,
            "why": error.message,
        }
        return render(request, "governance/import.html", context, status=422)


def _bundle(request: HttpRequest) -> dict[str, Any]:
    file = request.FILES.get("file")
    if file is None:
        raise _no_bundle("choose the file that the other DAO gave out")
    if (file.size or 0) > _BUNDLE_BYTES_MAX:
        raise _no_bundle(f"a template has at most {_BUNDLE_BYTES_MAX // 1024 // 1024} MB")
    try:
        value = json.loads(file.read())
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise _no_bundle("this is no template: it must be the JSON file that a template's page exports")
    return value


def _no_bundle(text: str) -> InvalidInput:
    return InvalidInput(text, [Problem("file", text, "invalid_bundle")])


# --- advisories -------------------------------------------------------------------------------------


@require_safe
@page
def advisories(request: HttpRequest, actor: Principal) -> HttpResponse:
    """Known weaknesses of templates, newest first."""

    def view(dao: Dao) -> dict[str, Any]:
        return {"dao": shown.dao(dao), "advisories": [_told(dao, one) for one in shown.advisories(dao)]}

    return render(request, "governance/advisories.html", desk.look(world(), actor, view))


def _told(dao: Dao, one: dict[str, Any]) -> dict[str, Any]:
    about, fix = dao.templates[one["template"]], dao.templates.get(one["fixedBy"])
    named = {"name": about.object["name"], "release": about.object["release"], "status": about.status}
    fixed = fix.object["release"] if fix else ""
    return {**one, **named, "by": wording.name_of(dao, one["author"]), "fixedIn": fixed}


@require_POST
@page
def advise(request: HttpRequest, actor: Principal, cid: str) -> HttpResponse:
    """Tell of a weakness of a template."""
    desk.look(world(), actor, lambda dao: template_of(dao, cid))
    severity, fixed = request.POST.get("severity", ""), request.POST.get("fixed_by", "")
    if severity not in SEVERITIES:
        raise InvalidInput("choose how bad it is", [Problem("severity", f"one of {', '.join(SEVERITIES)}")])
    desk.advise(world(), actor, cid, severity, request.POST.get("text", ""), fixed)
    return local_redirect("governance:template", cid)


# --- notices ----------------------------------------------------------------------------------------


@require_safe
@page
def notices(request: HttpRequest, actor: Principal) -> HttpResponse:
    """A part of the pages of flows: what their authors should know of the templates in them; nothing where
    the subnet has no DAO. ``?flow=`` asks about one."""
    flow = request.GET.get("flow", "")
    try:
        found = _notices(actor, flow)
    except PermissionDenied:  # of a page that is shown: whoever may not read flows has none to look after
        found = []
    return render(request, "governance/notices.html", {"notices": found, "closed": bool(flow)})


def _notices(actor: Principal, flow: str) -> list[dict[str, Any]]:
    if not desk.list_daos(world(), actor):
        return []
    return catalogue.notices(world(), actor, flow)[:NOTICES_SHOWN_MAX]
