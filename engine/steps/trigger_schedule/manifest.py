"""What trigger.schedule is and which parameters it has."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, field_validator, model_validator

from engine.base.limits import SCHEDULE_CRONS_MAX, SCHEDULE_INTERVAL_MS_MAX, SCHEDULE_INTERVAL_MS_MIN
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters
from engine.steps.trigger_schedule.ticks import checked_cron

Cron = Annotated[str, AfterValidator(checked_cron)]


class ScheduleTriggerParameters(Parameters):
    """Parameters of trigger.schedule."""

    cron: list[Cron] = Field(
        default_factory=list,
        max_length=SCHEDULE_CRONS_MAX,
        description="One cron expression or a list: minute hour day month weekday, with seconds in "
        "front where six fields are given.",
    )
    intervalMs: int | None = Field(
        None,
        ge=SCHEDULE_INTERVAL_MS_MIN,
        le=SCHEDULE_INTERVAL_MS_MAX,
        description="Milliseconds between two starts, instead of cron; counted from 1970-01-01 UTC.",
    )
    timezone: str | None = Field(
        None, description="IANA time zone for cron, such as Europe/Berlin; else the flow's or the node's."
    )

    @field_validator("cron", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        """One expression may stand alone."""
        return [value] if isinstance(value, str) else value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        """The zone, if there is one of that name."""
        if value is not None:
            try:
                ZoneInfo(value)
            except (ZoneInfoNotFoundError, ValueError, OSError) as error:
                raise ValueError(f"there is no time zone {value!r}; use a name like Europe/Berlin") from error
        return value

    @model_validator(mode="after")
    def _one_of_both(self) -> ScheduleTriggerParameters:
        """Either cron or intervalMs."""
        if bool(self.cron) == (self.intervalMs is not None):
            raise ValueError("give either cron or intervalMs")
        return self


MANIFEST = Manifest(
    type="trigger.schedule",
    label="Schedule",
    summary="Starts the flow at fixed times or in fixed intervals.",
    group="trigger",
    effect=Effect.PURE,
    parameters=ScheduleTriggerParameters,
    inputs=(),
    trigger=True,
    icon="clock",
)
