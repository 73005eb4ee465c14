"""What file.calendar is and which parameters it has."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.base.limits import CALENDAR_PEOPLE_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters


class Person(Parameters):
    """Who organises or attends."""

    email: str = Field(min_length=1, description="The address.")
    name: str = Field("", description="The name.")
    rsvp: bool = Field(False, description="Whether an answer is asked for; for attendees.")


class Place(Parameters):
    """A place on the globe, in degrees."""

    lat: float = Field(ge=-90, le=90, description="Degrees north.")
    lon: float = Field(ge=-180, le=180, description="Degrees east.")


class CalendarParameters(Parameters):
    """Parameters of file.calendar."""

    title: str = Field("", description="What the event is called.")
    start: str = Field(
        min_length=1, description="When it begins: 2026-05-01T09:00, with Z or an offset or not."
    )
    end: str = Field("", description="When it ends, in the same form; for whole days the last day.")
    allDay: bool = Field(False, description="Whether it takes whole days; times do not count.")
    flowTimezone: bool = Field(
        False, description="Whether times without an offset are in the flow's time zone; else they are UTC."
    )
    description: str = Field("", description="What it is about.")
    location: str = Field("", description="Where it is.")
    place: Place | None = Field(None, description="Where it is on the globe.")
    url: str = Field("", description="An address with more about it.")
    organizer: Person | None = Field(None, description="Who invites.")
    attendees: list[Person] = Field(
        default_factory=list, max_length=CALENDAR_PEOPLE_MAX, description="Who is invited."
    )
    status: Literal["", "CONFIRMED", "TENTATIVE", "CANCELLED"] = Field("", description="How sure it is.")
    busy: Literal["", "BUSY", "FREE", "TENTATIVE", "OOF"] = Field("", description="How the time is shown.")
    recurrence: str = Field("", description="A rule of RFC 5545, such as FREQ=WEEKLY;COUNT=3.")
    sequence: int = Field(0, ge=0, description="The number of this change of the event.")
    uid: str = Field("", description="Its identity; without one each run makes a new one.")
    calendarName: str = Field("", description="The name of the calendar.")
    keep: bool = Field(True, description="Whether fields and other files of the item are kept.")
    property: str = Field("data", min_length=1, description="Name of the file in the item.")
    fileName: str = Field("event.ics", min_length=1, description="The file's name.")


MANIFEST = Manifest(
    type="file.calendar",
    label="Calendar file",
    summary="Makes a calendar file with an event of each item.",
    group="data",
    effect=Effect.PURE,
    parameters=CalendarParameters,
    icon="calendar",
)
