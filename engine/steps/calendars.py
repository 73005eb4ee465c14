"""Calendars (iCalendar, RFC 5545): what they tell, and new ones with one event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from engine.base.errors import StepFailure
from engine.base.limits import CALENDAR_BYTES_MAX, CALENDAR_EVENTS_MAX

_TEXTS = {
    "summary": "SUMMARY",
    "uid": "UID",
    "description": "DESCRIPTION",
    "location": "LOCATION",
    "url": "URL",
}
_WORDS = {"status": "STATUS", "class": "CLASS", "timeTransparent": "TRANSP"}
_TIMES = {"stamp": "DTSTAMP", "start": "DTSTART", "end": "DTEND"}
_MOMENTS = {"created": "CREATED", "lastModified": "LAST-MODIFIED"}


def calendar_in(text: str) -> dict[str, Any]:
    """``{"version", "prodId", "method"?, "events": [...]}``; raises :class:`StepFailure`.

    An event has ``summary, uid, description, location, url, status, class``, ``start, end, stamp``
    (``{"date": ISO in UTC, "type": "DATE"?, "local": {"timezone"}?}``), ``organizer, attendees, categories,
    recurrenceRule, duration, sequence``, each where the calendar tells it.
    """
    from icalendar import Calendar

    if len(text) > CALENDAR_BYTES_MAX:
        raise StepFailure(f"the calendar has more than {CALENDAR_BYTES_MAX} characters")
    try:
        found = Calendar.from_ical(text)
        events = [_event(one) for one in _bounded(found)]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError) as error:
        raise StepFailure(f"the file holds no calendar that can be read: {str(error)[:200]}") from error
    head = {"version": "VERSION", "prodId": "PRODID", "method": "METHOD"}
    return {**_texts(found, head), "events": events}


def _bounded(found: Any) -> list[Any]:
    events: list[Any] = found.walk("VEVENT")
    if len(events) > CALENDAR_EVENTS_MAX:
        raise StepFailure(f"the calendar has more than {CALENDAR_EVENTS_MAX} events")
    return events


def _texts(part: Any, names: Mapping[str, str]) -> dict[str, Any]:
    return {ours: _text(part[name]) for ours, name in names.items() if name in part}


def _text(value: Any) -> str:
    """A property that stands several times counts once."""
    value = value[0] if isinstance(value, list) and value else value
    written = value if isinstance(value, str) else value.to_ical()
    return written.decode("utf-8", "replace") if isinstance(written, bytes) else str(written)


def _event(part: Any) -> dict[str, Any]:
    event = _texts(part, {**_TEXTS, **_WORDS})
    event |= {ours: _time(part[name]) for ours, name in {**_TIMES, **_MOMENTS}.items() if name in part}
    if "SEQUENCE" in part:
        event["sequence"] = int(part["SEQUENCE"])
    if "DURATION" in part:
        event["duration"] = _duration(part["DURATION"].dt)
    if "ORGANIZER" in part:
        event["organizer"] = _person(part["ORGANIZER"])
    if attendees := _listed(part.get("ATTENDEE")):
        event["attendees"] = [_person(one) for one in attendees]
    if "CATEGORIES" in part:
        event["categories"] = [str(name) for one in _listed(part["CATEGORIES"]) for name in one.cats]
    if "RRULE" in part:
        event["recurrenceRule"] = _rule(part["RRULE"])
    return event


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _time(value: Any) -> dict[str, Any]:
    """A day is told as its midnight in UTC; a time without a zone is taken as UTC."""
    moment = value.dt
    if not isinstance(moment, datetime):
        return {"date": f"{moment.isoformat()}T00:00:00.000Z", "type": "DATE"}
    zone = value.params.get("TZID")
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    written = aware.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"date": written, **({"local": {"timezone": str(zone)}} if zone else {})}


def _duration(span: timedelta) -> dict[str, int]:
    seconds = abs(int(span.total_seconds()))
    units = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
    found: dict[str, int] = {}
    for name, size in units.items():
        if seconds >= size:
            found[name], seconds = divmod(seconds, size)
    return {**found, **({"before": True} if span < timedelta(0) else {})}


def _person(value: Any) -> dict[str, str]:
    names = {"name": "CN", "partstat": "PARTSTAT", "role": "ROLE"}
    told = {ours: str(value.params[name]) for ours, name in names.items() if name in value.params}
    return {"email": str(value).removeprefix("mailto:").removeprefix("MAILTO:"), **told}


def _rule(value: Any) -> dict[str, Any]:
    names = {
        "FREQ": "frequency",
        "INTERVAL": "interval",
        "COUNT": "count",
        "UNTIL": "until",
        "BYDAY": "byDay",
    }
    found: dict[str, Any] = {}
    for name, given in value.items():
        ours = names.get(name.upper(), name.lower())
        listed = [_plain(one) for one in given] if isinstance(given, list) else [_plain(given)]
        found[ours] = listed if name.upper().startswith("BY") else listed[0]
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, int) else str(value)
