"""The search box and the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from designer.access import page
from designer.times import time_of
from engine.api import (
    AuditEvent,
    AuditQuery,
    InvalidInput,
    Principal,
    Problem,
    list_persons,
    search,
    search_audit,
    world,
)

FILTERS = ("category", "action", "actor", "outcome", "text")
CHOICES = {
    "category": ("execution", "capability", "permission", "key", "change", "data"),
    "outcome": ("allowed", "denied", "done", "failed"),
}
PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the audit trail: the event, when it was, and who the actor is to people."""

    it: AuditEvent
    at: datetime
    who: str


@page
def found(request: HttpRequest, actor: Principal) -> HttpResponse:
    """What the text finds."""
    text = request.GET.get("q", "").strip()
    hits = search(world(), actor, text, after=request.GET.get("after", "")) if text else None
    return render(request, "designer/search.html", {"q": text, "page": hits})


@page
def audit(request: HttpRequest, actor: Principal) -> HttpResponse:
    """The events that pass the filters, newest first, a page of them."""
    wanted = {name: request.GET.get(name, "").strip() for name in FILTERS}
    before = _cursor(request.GET.get("before", ""))
    asked = {name: text or None for name, text in wanted.items()}
    events = search_audit(world(), actor, AuditQuery(actor.subnet, before=before, limit=PAGE, **asked))
    older = _older(events, wanted) if len(events) == PAGE else ""
    shown = {
        "lines": _lines(events, _names(actor)),
        "wanted": wanted,
        "choices": CHOICES,
        "older": older,
        "later": before,
    }
    return render(request, "designer/audit.html", shown)


def _names(actor: Principal) -> dict[str, str]:
    if "admin" not in actor.scopes:
        return {}
    return {f"person:{one.id}": one.name for one in list_persons(world(), actor)}


def _lines(events: Sequence[AuditEvent], names: dict[str, str]) -> list[Line]:
    return [Line(one, time_of(one.at_us), names.get(one.actor, one.actor)) for one in events]


def _older(events: Sequence[AuditEvent], wanted: dict[str, str]) -> str:
    last = events[-1]
    asked = {name: text for name, text in wanted.items() if text}
    return urlencode({**asked, "before": f"{last.at_us}.{last.id}"})


def _cursor(text: str) -> tuple[int, str] | None:
    at, _, event = text.partition(".")
    if not text:
        return None
    if not (at.isascii() and at.isdigit() and len(at) < 20 and event):
        raise InvalidInput("the page is not known", [Problem("before", "what a page's link “Older” gives")])
    return int(at), event
