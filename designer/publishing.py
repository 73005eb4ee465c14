"""Publishing in the editor: what would change, said in the words of whoever publishes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from designer.access import answer
from designer.step_types import capabilities
from engine.api import (
    Flow,
    FlowRecord,
    FlowView,
    Principal,
    QflowError,
    Registration,
    Step,
    TriggerType,
    definition_of,
    diff_flows,
    get_flow,
    publish_flow,
    unpublish_flow,
    validate_flow,
    world,
)


@require_safe
@answer
def changes(request: HttpRequest, actor: Principal, flow: str) -> HttpResponse:
    """What publishing the draft would change: triggers, capabilities, steps and settings."""
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
    found = validate_flow(world(), actor, definition_of(after)) if after.format == "qflow" else None
    diff = diff_flows(before, after) if before else None
    steps = after.by_id
    return {
        "first": before is None,
        "same": before is not None and before.version == after.version,
        "problems": [problem.as_json() for problem in found.errors] if found else [],
        "triggers": _compared(_triggers(before), _triggers(after)),
        "capabilities": _compared(_capabilities(before), _capabilities(after)),
        "steps": {
            "added": [steps[name].title for name in (diff.steps_added if diff else steps)],
            "removed": [before.by_id[name].title for name in diff.steps_removed] if diff and before else [],
            "changed": [steps[change.step].title for change in diff.steps_changed] if diff else [],
        },
        "settings": [str(change) for change in diff.settings_changed] if diff else [],
    }


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
