"""How trigger.event is registered; running it passes the event on."""

from __future__ import annotations

from typing import Any

from engine.flow.model import Step
from engine.ports.flow_store import Registration
from engine.ports.parameters import validated
from engine.ports.step_catalogue import TriggerType
from engine.steps.trigger_event.manifest import MANIFEST, EventTriggerParameters


class EventTrigger(TriggerType):
    """Starts a flow for every matching event."""

    manifest = MANIFEST

    def registration(self, step: Step) -> Registration:
        """``key`` is the event type or ``prefix.*``; ``spec`` may hold ``subject``, and ``match`` for
        fields of the event's data."""
        given: EventTriggerParameters = validated(EventTriggerParameters, step.parameters, step.id)
        spec: dict[str, Any] = {}
        if given.subject is not None:
            spec["subject"] = given.subject
        if given.match:
            spec["match"] = given.match
        return Registration("event", step.id, given.eventType, spec)
