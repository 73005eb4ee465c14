"""Publish an event: start the flows that listen for it and resume the steps that wait for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.base.ids import derived
from engine.ports.access_store import Principal
from engine.usecases.control_execution import post_signal
from engine.usecases.event_schemas import check_event_data
from engine.usecases.inspect_execution import state_of
from engine.usecases.permission import require
from engine.usecases.start_execution import StartRequest, start_execution
from engine.usecases.world import World
from engine.validation.operation import Kind
from engine.validation.risk import depth_of


def publish_event(
    world: World,
    actor: Principal,
    type: str,
    data: Any,
    subject: str = "",
    id: str | None = None,
) -> dict[str, list[str]]:
    """Deliver an event within the actor's subnet; gives what was ``started`` and ``resumed``.

    With an ``id`` a second delivery of the same event changes nothing. Raises :class:`InvalidInput` where
    the data does not meet the schema that the subnet has registered for the type.
    """
    require(
        world,
        actor,
        "executions:write",
        f"events/{type}",
        "event.publish",
        Kind.EXTERNAL_EVENT,
        {"authenticated": True, "depth": depth_of(data)},
    )
    check_event_data(world, actor.subnet, type, data)
    event_id = id or world.new_id("evt")
    event = {"id": event_id, "type": type, "subject": subject, "data": data}
    return {
        "started": _start_flows(world, actor, event, replayable=id is not None),
        "resumed": _resume_steps(world, actor, event),
    }


def _start_flows(world: World, actor: Principal, event: Mapping[str, Any], *, replayable: bool) -> list[str]:
    started = []
    for trigger in world.flows.triggers("event", actor.subnet):
        registration = trigger.registration
        wanted = {"type": registration.key, **registration.spec}
        if not matches(wanted, event):
            continue
        execution = derived("exe", actor.subnet, event["id"], trigger.flow, registration.step)
        request = StartRequest(
            trigger.flow,
            [{"json": dict(event)}],
            trigger_type="event",
            step=registration.step,
            version=trigger.version,
            id=execution if replayable else None,
        )
        started.append(start_execution(world, actor, request).execution)
    return started


def _resume_steps(world: World, actor: Principal, event: Mapping[str, Any]) -> list[str]:
    resumed = []
    for execution in world.journal.waiting_for(actor.subnet, event["type"]):
        state = state_of(world, world.journal.header(execution))
        for parked in list(state.parked.values()):
            if parked.wait["kind"] == "event" and matches(parked.wait.get("match", {}), event):
                signal = derived("sig", event["id"], execution, state.epoch, parked.task.id, parked.since_us)
                content = {"task": parked.task.id, "payload": dict(event)}
                post_signal(world, execution, "event", content, actor.id, signal)
                resumed.append(execution)
    return resumed


def matches(wanted: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Whether an event has the wanted ``type`` (exact, or ``prefix.*``), ``subject`` if one is named, and
    every field under ``match`` or ``data`` equal in its data."""
    if not type_matches(str(wanted.get("type", "")), str(event["type"])):
        return False
    subject = wanted.get("subject")
    if subject and subject != event["subject"]:
        return False
    fields = {**(wanted.get("match") or {}), **(wanted.get("data") or {})}
    data = event["data"]
    return not fields or (isinstance(data, Mapping) and _contains(data, fields))


def _contains(data: Mapping[str, Any], fields: Mapping[str, Any]) -> bool:
    for name, value in fields.items():
        found = data.get(name)
        if isinstance(value, Mapping) and isinstance(found, Mapping):
            if not _contains(found, value):
                return False
        elif found != value:
            return False
    return True


def type_matches(pattern: str, name: str) -> bool:
    """``orders.created`` matches itself, ``orders.*`` all that begins with ``orders.``, ``*`` all."""
    if pattern.endswith("*"):
        return name.startswith(pattern[:-1])
    return pattern == name
