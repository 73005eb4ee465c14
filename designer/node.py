"""The node's page: what it does now, how its parts are, its queue, schedules and webhooks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from designer.access import page
from designer.times import time_of
from engine.api import (
    ActiveTrigger,
    ExecutionQuery,
    Principal,
    TriggerType,
    list_executions,
    require,
    world,
)
from engine.web.health import checks_of, overall

TRIGGERS_SHOWN_MAX = 200
FIRINGS_SHOWN = 3
LOOKED_BACK = 50
"""How many executions of a flow are looked through for its last call."""


@require_safe
@page
def overview(request: HttpRequest, actor: Principal) -> HttpResponse:
    """The whole page; measures come over a WebSocket."""
    return render(request, "designer/node.html", _shown(actor))


@require_safe
@page
def state(request: HttpRequest, actor: Principal) -> HttpResponse:
    """The part that is asked for again and again."""
    return render(request, "designer/node_part.html", _shown(actor))


def _shown(actor: Principal) -> dict[str, Any]:
    require(world(), actor, "system:read")
    checks = checks_of(world())
    flows, journal = world().flows, world().journal
    schedules = flows.triggers("schedule", actor.subnet)
    webhooks = flows.triggers("webhook", actor.subnet)
    schedules.sort(key=lambda one: (one.next_us is None, one.next_us or 0))
    return {
        "health": overall(checks),
        "checks": [{**check, "told": _told(check["details"])} for check in checks],
        "running": journal.running(actor.subnet),
        "pending": journal.pending(actor.subnet),
        "schedules": [_schedule(one) for one in schedules[:TRIGGERS_SHOWN_MAX]],
        "webhooks": [_webhook(actor, one) for one in webhooks[:TRIGGERS_SHOWN_MAX]],
        "more": max(len(schedules), len(webhooks)) > TRIGGERS_SHOWN_MAX,
        "shown_max": TRIGGERS_SHOWN_MAX,
        "now": time_of(world().clock.now_us()),
    }


def _told(details: dict[str, Any]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in details.items() if value not in ([], ""))


def _schedule(one: ActiveTrigger) -> dict[str, Any]:
    spec = one.registration.spec
    every = f"every {spec['interval_ms'] / 1000:g} s" if spec.get("interval_ms") else ""
    return {
        "flow": one.flow,
        "step": one.registration.step,
        "when": " and ".join(spec.get("cron") or []) or every,
        "zone": spec.get("timezone") or "",
        "firings": [time_of(at_us) for at_us in _firings(one)],
    }


def _firings(one: ActiveTrigger) -> list[int]:
    """The next firings, in microseconds since 1970."""
    plan = world().plans.get(one.subnet, one.version)
    kind = world().catalogue.get(plan.step(one.registration.step).type)
    found: list[int] = []
    at_us = one.next_us
    while at_us is not None and len(found) < FIRINGS_SHOWN:
        found.append(at_us)
        at_us = kind.next_tick_us(one.registration.spec, at_us) if isinstance(kind, TriggerType) else None
    return found


def _webhook(actor: Principal, one: ActiveTrigger) -> dict[str, Any]:
    called = []
    if actor.may("executions:read"):
        query = ExecutionQuery(actor.subnet, flow=one.flow, limit=LOOKED_BACK)
        called = [each for each in list_executions(world(), actor, query) if each.trigger_type == "webhook"]
    return {
        "flow": one.flow,
        "path": one.registration.key,
        "methods": one.registration.spec.get("methods") or [],
        "last": called[0] if called else None,
        "last_at": time_of(called[0].created_us) if called else None,
    }
