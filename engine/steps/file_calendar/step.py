"""How file.calendar runs: an event becomes an iCalendar file (RFC 5545)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from engine.base.errors import InvalidInput
from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.file_calendar.manifest import MANIFEST, CalendarParameters, Person
from engine.steps.files import with_file
from engine.steps.item_errors import each_item

_PRODUCT = "-//Qflow//Calendar//EN"


class CalendarStep(StepType):
    """Gives every item on, with the file."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`InvalidInput` for times and rules that are none."""

        def work(item: Item, index: int) -> list[Item]:
            given: CalendarParameters = context.parameters(index)
            data = _calendar(given, context, index)
            entry = context.binaries.put(data, mime_type="text/calendar", file_name=given.fileName)
            kept = (
                {key: value for key, value in item.items() if key != "pairedItem"}
                if given.keep
                else {"json": {}}
            )
            return [with_file(kept, given.property, entry)]

        return StepResult({MAIN: each_item(context, work)})


def _calendar(given: CalendarParameters, context: StepContext, index: int) -> bytes:
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    if given.calendarName:
        calendar.add("x-wr-calname", given.calendarName)
    calendar.add_component(_event(given, context, index))
    data: bytes = calendar.to_ical()
    return data


def _event(given: CalendarParameters, context: StepContext, index: int) -> Any:
    from icalendar import Event

    event = Event()
    drawn = sha256(context.seed + index.to_bytes(8, "big")).digest()[:16]
    event.add("uid", given.uid or str(UUID(bytes=drawn, version=4)))
    event.add("dtstamp", datetime.fromtimestamp(context.now_us // 1_000_000, UTC))
    for name, value in _span(given, context.timezone).items():
        event.add(name, value)
    _refuse_control(given.url)
    texts = {"summary": given.title, "description": given.description, "location": given.location}
    for name, text in {**texts, "url": given.url, "status": given.status}.items():
        if text:
            event.add(name, text)
    if given.place:
        event.add("geo", (given.place.lat, given.place.lon))
    if given.recurrence:
        event.add("rrule", _rule(given.recurrence))
    if given.sequence:
        event.add("sequence", given.sequence)
    if given.busy:
        event.add("x-microsoft-cdo-busystatus", given.busy)
    if given.organizer:
        event.add("organizer", _address(given.organizer), encode=0)
    for person in given.attendees:
        event.add("attendee", _address(person), encode=0)
    return event


def _span(given: CalendarParameters, zone: str) -> dict[str, date]:
    """Begin and end; of whole days the end is the day after the last (RFC 5545, section 3.6.1)."""
    chosen = ZoneInfo(zone) if given.flowTimezone else UTC
    start = _moment("start", given.start, chosen)
    end = _moment("end", given.end, chosen) if given.end else None
    if end is not None and end < start:
        raise InvalidInput("end lies before start")
    if given.allDay:
        last = end.date() if end else start.date()
        return {"dtstart": start.date(), "dtend": last + timedelta(days=1)}
    return {"dtstart": start.astimezone(UTC), **({"dtend": end.astimezone(UTC)} if end else {})}


def _moment(name: str, text: str, zone: Any) -> datetime:
    try:
        found = datetime.fromisoformat(text.strip())
        return found if found.tzinfo else found.replace(tzinfo=zone)
    except ValueError as error:
        raise InvalidInput(f"{name}: {text[:80]!r} is no time; write it like 2026-05-01T09:00") from error


def _rule(text: str) -> Any:
    from icalendar import vRecur

    try:
        found = vRecur.from_ical(text.removeprefix("RRULE:"))
        if "FREQ" in found:
            return found
        raise ValueError("FREQ is missing")
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput(f"recurrence: {text[:80]!r} is no rule like FREQ=WEEKLY;COUNT=3") from error


def _address(person: Person) -> Any:
    from icalendar import vCalAddress, vText

    _refuse_control(person.email + person.name)
    address = vCalAddress(f"mailto:{person.email}")
    if person.name:
        address.params["CN"] = vText(person.name)
    if person.rsvp:
        address.params["RSVP"] = vText("TRUE")
    return address


def _refuse_control(text: str) -> None:
    """Such values are written without escapes."""
    if any(ord(letter) < 32 for letter in text):
        raise InvalidInput("an address or a name holds a line break or another control character")
