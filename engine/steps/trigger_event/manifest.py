"""What trigger.event is and which parameters it has."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters

EVENT_TYPE = r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*(\.\*)?$"
"""Names joined by dots; the last may be ``*``, which stands for one or more names."""


class EventTriggerParameters(Parameters):
    """Parameters of trigger.event."""

    eventType: str = Field(
        pattern=EVENT_TYPE,
        max_length=255,
        description="Type of the events, such as order.paid; order.* takes all whose type begins so.",
    )
    subject: str | None = Field(None, description="Only events with this subject.")
    match: dict[str, Any] = Field(
        default_factory=dict,
        description="Fields that the event's data must have, with the value each must equal.",
    )


MANIFEST = Manifest(
    type="trigger.event",
    label="On event",
    summary="Starts the flow for every event of a type that is published in the subnet.",
    group="trigger",
    effect=Effect.PURE,
    parameters=EventTriggerParameters,
    inputs=(),
    trigger=True,
    icon="radio",
    aliases=("event-trigger",),
)
