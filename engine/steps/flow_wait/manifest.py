"""What flow.wait is and which parameters it has."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from engine.base.limits import WAIT_MS_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters


class AwaitedEvent(Parameters):
    """The event to wait for."""

    type: str = Field(min_length=1, max_length=255, description="Type of the event, such as order.paid.")
    subject: str | None = Field(None, description="Subject that the event must have.")
    match: dict[str, Any] = Field(
        default_factory=dict,
        description="Fields that the event's data must have, with the value each must equal.",
    )


class WaitParameters(Parameters):
    """Parameters of flow.wait: one of the first four."""

    durationMs: int | None = Field(None, ge=0, le=WAIT_MS_MAX, description="Milliseconds to wait.")
    until: str | None = Field(
        None,
        description="ISO 8601 time to wait for, such as 2030-01-31T09:00:00+01:00; without an offset it "
        "is in the flow's time zone. A time that is past does not wait.",
    )
    webhook: bool = Field(False, description="Wait until the execution's resume URL is called.")
    event: AwaitedEvent | None = Field(None, description="Wait for an event.")
    timeoutMs: int | None = Field(
        None, ge=1, le=WAIT_MS_MAX, description="Milliseconds after which a webhook or event is given up."
    )
    onTimeout: Literal["continue", "fail"] = Field(
        "continue", description="Whether giving up passes the items on or fails the step."
    )

    @field_validator("until")
    @classmethod
    def _iso_time(cls, value: str | None) -> str | None:
        """A time that can be read."""
        if value is not None:
            try:
                datetime.fromisoformat(value)
            except ValueError as error:
                raise ValueError(f"{value!r} is not an ISO 8601 time like 2030-01-31T09:00:00Z") from error
        return value

    @model_validator(mode="after")
    def _one_way(self) -> WaitParameters:
        """Exactly one thing to wait for."""
        ways = [self.durationMs is not None, self.until is not None, self.webhook, self.event is not None]
        if sum(ways) != 1:
            raise ValueError("give one of durationMs, until, webhook and event")
        if self.timeoutMs is not None and not (self.webhook or self.event):
            raise ValueError("timeoutMs goes with webhook or event")
        return self


MANIFEST = Manifest(
    type="flow.wait",
    label="Wait",
    summary="Goes on after a time, at a time, or when a call or an event comes.",
    group="flow",
    effect=Effect.PURE,
    parameters=WaitParameters,
    icon="hourglass",
    aliases=("wait",),
)
