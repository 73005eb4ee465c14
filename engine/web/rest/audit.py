"""REST: the audit trail, compliance reports, and the node's log of journals."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from engine.audit.forms import FORMS, rendered
from engine.base.errors import InvalidInput
from engine.ports.audit_trail import AuditEvent, AuditQuery
from engine.usecases.node_log import log_growth, log_head
from engine.usecases.report_audit import report_audit
from engine.usecases.search_audit import export_audit, known_form, search_audit
from engine.web.rest import models as m
from engine.web.rest.calls import call
from engine.web.rest.execution_views import time_of

router = Router(tags=["audit"])

Json = dict[str, Any]


@router.get("/audit", response=m.AuditEvents)
async def search(
    request: HttpRequest,
    category: m.Name | None = None,
    action: m.Name | None = None,
    actor: m.Name | None = None,
    resource: m.Name | None = None,
    executionId: m.Name | None = None,
    outcome: m.Name | None = None,
    sinceUs: int | None = Query(None, ge=0),
    untilUs: int | None = Query(None, ge=0),
    text: m.Name | None = None,
    limit: int = Query(50, ge=1, le=250),
    before: m.Name | None = None,
) -> Json:
    """Who did what and whether it was allowed, newest first; ``action`` may end with ``*``, and ``before``
    is the ``next`` of the page before. Takes the scope ``system:read``."""
    times, cursor = (sinceUs, untilUs), _cursor(before)
    query = AuditQuery(
        "", category, action, actor, resource, executionId, outcome, *times, text, cursor, limit
    )
    page = await call(request, search_audit, query)
    following = f"{page[-1].at_us}:{page[-1].id}" if len(page) == limit else None
    return {"events": [event_of(event) for event in page], "next": following}


@router.get("/audit/export", response=Json)
async def export(
    request: HttpRequest,
    form: str = "json",
    category: m.Name | None = None,
    action: m.Name | None = None,
    actor: m.Name | None = None,
    resource: m.Name | None = None,
    executionId: m.Name | None = None,
    outcome: m.Name | None = None,
    sinceUs: int | None = Query(None, ge=0),
    untilUs: int | None = Query(None, ge=0),
    text: m.Name | None = None,
) -> HttpResponse:
    """The events as ``json``, ``csv`` or ``xml``."""
    query = AuditQuery("", category, action, actor, resource, executionId, outcome, sinceUs, untilUs, text)
    return _file(await call(request, export_audit, query, form), form, "audit")


@router.get("/audit/reports/{kind}", response=Json)
async def report(
    request: HttpRequest,
    kind: m.Name,
    sinceUs: int | None = Query(None, ge=0),
    untilUs: int | None = Query(None, ge=0),
    subject: m.Name = "",
    form: str = "json",
) -> HttpResponse:
    """A compliance report (``soc2`` or ``gdpr``) on a period (the last 30 days), as ``json``, ``csv`` or
    ``xml``."""
    known_form(form)
    made = await call(request, report_audit, kind, sinceUs, untilUs, subject)
    return _file(rendered(made, form), form, kind)


@router.get("/audit/log", response=Json)
async def head(request: HttpRequest) -> Json:
    """The newest signed head of the node's log of journals."""
    return await call(request, log_head)


@router.get("/audit/log/growth", response=Json)
async def growth(
    request: HttpRequest, before: int | None = Query(None, ge=1), size: int | None = Query(None, ge=1)
) -> HttpResponse:
    """The proof that the log continues what it was when it had ``before`` leaves, for the verifier."""
    return HttpResponse(await call(request, log_growth, before, size), content_type="application/json")


def event_of(event: AuditEvent) -> Json:
    """An ``AuditEvent``."""
    return {
        "id": event.id,
        "at": time_of(event.at_us),
        "atUs": event.at_us,
        "category": event.category,
        "action": event.action,
        "actor": event.actor,
        "resource": event.resource,
        "executionId": event.execution,
        "outcome": event.outcome,
        "reason": event.reason,
        "details": dict(event.details),
    }


def _cursor(before: str | None) -> tuple[int, str] | None:
    if before is None:
        return None
    at_us, _, id = before.partition(":")
    if not at_us.isascii() or not at_us.isdigit() or len(at_us) > 18 or not id:
        raise InvalidInput("before: this is not the next of a page before")
    return int(at_us), id


def _file(text: str, form: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type=f"{FORMS[form]}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response
