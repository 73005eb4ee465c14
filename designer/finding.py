"""The search box and the audit trail."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from designer.access import page
from engine.api import AuditQuery, Principal, search, search_audit, world

FILTERS = ("category", "action", "actor", "outcome", "text")


@page
def found(request: HttpRequest, actor: Principal) -> HttpResponse:
    """What the text finds."""
    text = request.GET.get("q", "").strip()
    hits = search(world(), actor, text, after=request.GET.get("after", "")) if text else None
    return render(request, "designer/search.html", {"q": text, "page": hits})


@page
def audit(request: HttpRequest, actor: Principal) -> HttpResponse:
    """The newest events that pass the filters."""
    wanted = {name: request.GET.get(name, "").strip() for name in FILTERS}
    query = AuditQuery(actor.subnet, **{name: text or None for name, text in wanted.items()})
    shown = {"events": search_audit(world(), actor, query), "wanted": wanted}
    return render(request, "designer/audit.html", shown)
