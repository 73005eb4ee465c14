"""REST: starting flows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from engine.base.errors import InvalidInput, Problem
from engine.base.ids import derived
from engine.ports.access_store import Principal
from engine.usecases import start_execution as starting
from engine.usecases.get_flow import view
from engine.usecases.run_part import PartRequest, run_part
from engine.usecases.start_execution import StartRequest
from engine.usecases.world import World
from engine.web.deps import get_world
from engine.web.outcomes import outcome_within
from engine.web.rest.calls import call
from engine.web.rest.execution_views import error_of
from engine.web.rest.models import Name
from engine.web.rest.start_models import StartBody, Started, TriggerBody

router = Router(tags=["flows"])

Json = dict[str, Any]


@router.post("/flows/{flow_id}/start", response={200: Started, 201: Started})
async def start(request: HttpRequest, flow_id: Name, body: StartBody | None = None) -> Status[Json]:
    """Start a flow. With ``wait`` the answer (200) tells how it ended, or that it goes on."""
    wanted = body or StartBody.model_validate({})
    started = await call(request, _start, flow_id, wanted)
    shown: Json = {"executionId": started.execution, "existing": started.existing}
    if not wanted.wait or started.existing:
        return Status(201, shown | {"status": "pending" if started.pending else "running"})
    world = get_world()
    seconds = wanted.timeoutMs / 1000
    outcome = await outcome_within(world, started.execution, "rest", started.future, seconds)
    if outcome is None:
        return Status(200, shown | {"status": "running"})
    error = error_of(outcome.error.as_json(), world.clock.now_us()) if outcome.error else None
    return Status(200, shown | {"status": outcome.kind, "items": list(outcome.items), "error": error})


def _start(world: World, actor: Principal, flow_id: str, body: StartBody) -> starting.Started:
    if body.part is not None:
        part = body.part
        wanted = PartRequest(flow_id, part.first, part.last, part.kept, None, _items(body), body.variables)
        return run_part(world, actor, wanted)
    request = StartRequest(
        flow_id,
        _items(body),
        trigger_type="manual",
        step=body.step,
        mode=body.mode,
        variables=body.variables or dict((body.context or {}).get("variables") or {}),
        wait="rest" if body.wait else None,
        id=body.id and _own_id(actor, body.id),
        pins=body.pins,
        priority=body.priority,
    )
    if body.version is not None:
        request = replace(request, version=view(world, actor.subnet, flow_id, body.version).flow.version)
    return starting.start_execution(world, actor, request)


def _own_id(actor: Principal, given: str) -> str:
    """An id that the caller chose, made unique to the subnet: no tenant can take another's ids."""
    return derived("exe", actor.subnet, given)


def _items(body: StartBody) -> list[Json]:
    if body.items is not None:
        wrong = [
            Problem(f"items[{index}].json", "must be an object", "item_type", hint='{"json": {...}}')
            for index, item in enumerate(body.items)
            if not isinstance(item.get("json"), dict)
        ]
        if wrong:
            raise InvalidInput("every item needs its JSON object", wrong)
        return body.items
    for given in (body.input, body.inputData, (body.context or {}).get("inputData")):
        if isinstance(given, dict):
            return [{"json": given}]
    return []


@router.post("/flows/{flow_id}/trigger", response={201: Started})
async def trigger(request: HttpRequest, flow_id: Name, body: TriggerBody | None = None) -> Status[Json]:
    """Start a published flow by an outside event; with an ``id``, once for each event."""
    started = await call(request, _trigger, flow_id, body or TriggerBody.model_validate({}))
    status = "pending" if started.pending else "running"
    shown = {"executionId": started.execution, "existing": started.existing, "status": status}
    return Status(201, shown)


def _trigger(world: World, actor: Principal, flow_id: str, body: TriggerBody) -> starting.Started:
    event_id = body.id or world.new_id("evt")
    event = {"id": event_id, "type": body.type or "external", "subject": body.subject, "data": body.data}
    request = StartRequest(
        flow_id,
        [{"json": event}],
        trigger_type="event",
        step=_event_step(world, actor, flow_id, body.type),
        id=derived("exe", actor.subnet, flow_id, body.id) if body.id else None,
    )
    return starting.start_execution(world, actor, request)


def _event_step(world: World, actor: Principal, flow_id: str, type: str | None) -> str | None:
    """The event trigger that listens for this type, if the flow has one."""
    if type is None:
        return None
    for active in world.flows.triggers("event", actor.subnet):
        if active.flow == flow_id and active.registration.key == type:
            return active.registration.step
    return None
