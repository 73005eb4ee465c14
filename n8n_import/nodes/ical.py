"""iCal: a calendar file with one event."""

from __future__ import annotations

from typing import Any

from n8n_import.expressions import converted
from n8n_import.names import chosen
from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Json, Node, objects

TEXTS = {
    "description": "description",
    "location": "location",
    "url": "url",
    "uid": "uid",
    "recurrenceRule": "recurrence",
    "calName": "calendarName",
    "fileName": "fileName",
}


def translate(node: Node, context: Context) -> Draft:
    """Its one operation."""
    chosen(node, "operation", "createEventFile")
    return calendar(context)


def calendar(context: Context) -> Draft:
    """The step; convertToFile has the same parameters."""
    node = context.node
    more = node.param("additionalFields", {})
    parameters: Json = {
        "keep": False,
        "title": context.param("title", ""),
        "start": context.param("start", ""),
        "end": context.param("end", ""),
        "allDay": context.param("allDay", False),
        "property": context.param("binaryPropertyName") or "data",
        "flowTimezone": node.param("additionalFields.useWorkflowTimezone") is True,
    }
    for theirs, ours in TEXTS.items():
        if more.get(theirs) not in (None, ""):
            parameters[ours] = converted(more[theirs])
    for name, ours in {"status": "status", "busyStatus": "busy"}.items():
        if more.get(name):
            parameters[ours] = _upper(more[name])
    if more.get("sequence"):
        parameters["sequence"] = converted(more["sequence"])
    if place := node.param("additionalFields.geolocationUi.geolocationValues"):
        parameters["place"] = {name: converted(place.get(name)) for name in ("lat", "lon")}
    if organizer := node.param("additionalFields.organizerUi.organizerValues"):
        parameters["organizer"] = _person(organizer)
    attendees = objects(node.param("additionalFields.attendeesUi.attendeeValues"))
    parameters["attendees"] = [_person(one) for one in attendees if one.get("email")]
    return Draft("file.calendar", parameters)


def _upper(value: Any) -> Any:
    text = converted(value)
    return text.upper() if isinstance(text, str) and "{{" not in text else text


def _person(given: Json) -> Json:
    found = {"email": converted(given.get("email", "")), "name": converted(given.get("name", ""))}
    return {**found, "rsvp": True} if given.get("rsvp") is True else found


NODES = (NodeType("n8n-nodes-base.iCal", (1,), translate, "file.calendar"),)
