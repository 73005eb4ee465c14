"""Grants and consents of the subnet."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from designer.access import local_redirect, page
from designer.times import ahead
from engine.api import (
    NewGrant,
    Principal,
    add_grant,
    list_consents,
    list_grants,
    list_roles,
    renew_consent,
    renew_grant,
    revoke_grant,
    withdraw_consent,
    world,
)


@page
def overview(request: HttpRequest, actor: Principal) -> HttpResponse:
    """All of them, and a form for one more grant."""
    shown = {
        "grants": list_grants(world(), actor),
        "consents": list_consents(world(), actor),
        "roles": list_roles(world(), actor),
        "now_us": world().clock.now_us(),
    }
    return render(request, "designer/permissions.html", shown)


@require_POST
@page
def add(request: HttpRequest, actor: Principal) -> HttpResponse:
    """One more grant."""
    form = request.POST
    given = NewGrant(
        who=form.get("who", "").strip(),
        actions=tuple(form.get("actions", "").split()),
        resource=form.get("resource", "").strip() or "*",
        role=form.get("role", "").strip(),
        purpose=form.get("purpose", "").strip(),
        expires_us=ahead(form.get("hours", "")),
    )
    add_grant(world(), actor, given)
    return local_redirect("designer:permissions")


@require_POST
@page
def revoke(request: HttpRequest, actor: Principal, grant: str) -> HttpResponse:
    """What needs the grant halts before its next step."""
    revoke_grant(world(), actor, grant)
    return local_redirect("designer:permissions")


@require_POST
@page
def renew(request: HttpRequest, actor: Principal, grant: str) -> HttpResponse:
    """What was paused since the grant ran out goes on."""
    renew_grant(world(), actor, grant, ahead(request.POST.get("hours", "")))
    return local_redirect("designer:permissions")


@require_POST
@page
def withdraw(request: HttpRequest, actor: Principal, consent: str) -> HttpResponse:
    """The person agrees no more."""
    withdraw_consent(world(), actor, consent)
    return local_redirect("designer:permissions")


@require_POST
@page
def renew_agreed(request: HttpRequest, actor: Principal, consent: str) -> HttpResponse:
    """The person goes on agreeing."""
    renew_consent(world(), actor, consent, ahead(request.POST.get("hours", "")))
    return local_redirect("designer:permissions")
