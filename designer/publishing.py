"""Publishing in the editor: what would change, said in the words of whoever publishes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from designer.access import answer
from designer.step_types import capabilities
from designer.version_words import Change, told_changes
from engine.api import (
    Flow,
    FlowRecord,
    FlowView,
    LastResult,
    Principal,
    QflowError,
    Registration,
    Step,
    TriggerType,
    get_flow,
    last_verdicts,
    publish_flow,
    publish_refusals,
    unpublish_flow,
    world,
)

VALUE_CHARACTERS_MAX = 200


@require_safe
@answer
def changes(request: HttpRequest, actor: Principal, flow: str) -> HttpResponse:
    """What publishing the draft would change, how its tests went, and what would refuse it."""
    draft = get_flow(world(), actor, flow)
    before = get_flow(world(), actor, flow, "published").flow if draft.record.published else None
    return JsonResponse(_summary(actor, draft, before))


@require_POST
@answer
def publish(request: HttpRequest, actor: Principal, flow: str) -> HttpResponse:
    """Put the draft and its triggers in force."""
    return JsonResponse(state_of(publish_flow(world(), actor, flow)))


@require_POST
@answer
def unpublish(request: HttpRequest, actor: Principal, flow: str) -> HttpResponse:
    """Take the flow's triggers out of force."""
    return JsonResponse(state_of(unpublish_flow(world(), actor, flow)))


def state_of(record: FlowRecord) -> dict[str, Any]:
    """What the editor knows of a flow beside its definition."""
    return {
        "id": record.id,
        "name": record.name,
        "revision": record.revision,
        "published": record.published,
        "archived": record.archived,
    }


def _summary(actor: Principal, draft: FlowView, before: Flow | None) -> dict[str, Any]:
    after = draft.flow
    refusals = publish_refusals(world(), actor, after.id)
    return {
        "first": before is None,
        "same": before is not None and before.version == after.version,
        "problems": [problem.as_json() for problem in refusals],
        "triggers": _compared(_triggers(before), _triggers(after)),
        "capabilities": _compared(_capabilities(before), _capabilities(after)),
        "steps": len(after.steps),
        "changes": [_told(change) for change in told_changes(before, after)] if before else [],
        "tests": _tests(actor, after),
    }


def _told(change: Change) -> dict[str, Any]:
    """A change in words; long values are cut, since the page of the versions has them whole."""
    return {
        "kind": change.kind,
        "what": change.what,
        "title": change.title,
        "detail": change.detail,
        "parts": [
            {"words": part.words, "before": _short(part.before), "after": _short(part.after)}
            for part in change.parts
        ],
    }


def _short(value: str | None) -> str | None:
    if value is None or len(value) <= VALUE_CHARACTERS_MAX:
        return value
    return f"{value[:VALUE_CHARACTERS_MAX]}…"


def _tests(actor: Principal, flow: Flow) -> dict[str, Any]:
    """The cases with how each went when it last ran; null for one that never did."""
    verdicts = {one.run.name: one for one in last_verdicts(world(), actor, flow.id)}
    names = [str(case["name"]) for case in flow.tests]
    return {
        "mustPass": flow.settings.tests_must_pass,
        "cases": [{"name": name, "last": _verdict(verdicts.get(name))} for name in names],
    }


def _verdict(found: LastResult | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"passed": found.run.passed, "current": found.current, "number": found.number}


def _compared(before: list[str], after: list[str]) -> dict[str, list[str]]:
    return {
        "added": [text for text in after if text not in before],
        "removed": [text for text in before if text not in after],
        "kept": [text for text in after if text in before],
    }


def _triggers(flow: Flow | None) -> list[str]:
    """What starts a flow by itself."""
    if flow is None:
        return []
    found = []
    for step in flow.steps:
        if step.disabled:
            continue
        registration = _registration(flow, step)
        if registration is not None:
            found.append(_words(registration))
    return list(dict.fromkeys(found))


def _registration(flow: Flow, step: Step) -> Registration | None:
    """What publishing puts in force for a step; None also where the step is too wrong to tell."""
    try:
        kind = world().catalogue.get(step.type)
        return kind.registration(_with_path(flow, step)) if isinstance(kind, TriggerType) else None
    except QflowError:
        return None


def _with_path(flow: Flow, step: Step) -> Step:
    """A webhook without a path answers at the flow's id."""
    if step.type != "trigger.webhook" or step.parameters.get("path"):
        return step
    return replace(step, parameters={**step.parameters, "path": flow.id})


def _words(registration: Registration) -> str:
    spec = registration.spec
    if registration.kind == "webhook":
        methods = ", ".join(spec.get("methods", ()))
        return f"{methods} /webhook/{registration.key}".strip()
    if registration.kind == "schedule":
        cron = spec.get("cron")
        return f"schedule {', '.join(cron)}" if cron else f"every {spec.get('interval_ms')} ms"
    return f"{registration.kind} {registration.key}".strip()


def _capabilities(flow: Flow | None) -> list[str]:
    """What the steps of a flow may reach, as far as they ask for it."""
    if flow is None:
        return []
    found = [text for step in flow.steps for text in capabilities(step.parameters)]
    return sorted(set(found))
