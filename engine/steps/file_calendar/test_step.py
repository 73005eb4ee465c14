"""Tests of file.calendar."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.base.errors import InvalidInput
from engine.steps.calendars import calendar_in
from engine.testing.step_bench import StepBench, items_of


def made(timezone="UTC", **parameters):
    bench = StepBench("file.calendar", {"start": "2026-05-01T09:00", **parameters}, timezone=timezone)
    (item,) = bench.run(items_of({"kept": 1})).outputs["main"]
    assert item["json"] == {"kept": 1}
    return bench.context().binaries.open(item["binary"]["data"]).read().decode()


def event(**parameters):
    (found,) = calendar_in(made(**parameters))["events"]
    return found


def test_an_event_is_written_and_read_again():
    found = event(
        title="A; b, c\nd",
        end="2026-05-01T10:00",
        location="Here",
        uid="me@example.com",
        organizer={"email": "ann@example.com", "name": "Ann"},
        attendees=[{"email": "ben@example.com", "rsvp": True}],
        recurrence="FREQ=WEEKLY;COUNT=3",
        status="CONFIRMED",
        place={"lat": 1.5, "lon": 2},
    )
    assert found["start"] == {"date": "2026-05-01T09:00:00.000Z"}
    assert found["end"] == {"date": "2026-05-01T10:00:00.000Z"}
    assert (found["summary"], found["uid"], found["location"]) == ("A; b, c\nd", "me@example.com", "Here")
    assert found["organizer"] == {"email": "ann@example.com", "name": "Ann"}
    assert found["attendees"] == [{"email": "ben@example.com"}]
    assert found["recurrenceRule"] == {"frequency": "WEEKLY", "count": 3}


def test_whole_days_end_after_the_last():
    found = event(allDay=True, end="2026-05-02T10:00")
    assert found["start"] == {"date": "2026-05-01T00:00:00.000Z", "type": "DATE"}
    assert found["end"] == {"date": "2026-05-03T00:00:00.000Z", "type": "DATE"}


def test_times_without_an_offset_are_in_the_flows_zone_where_asked_for():
    found = event(timezone="America/New_York", flowTimezone=True)
    assert found["start"]["date"] == "2026-05-01T13:00:00.000Z"


def test_the_same_run_makes_the_same_file():
    assert made() == made()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"start": "soon"}, "start"),
        ({"end": "2026-04-01T09:00"}, "before"),
        ({"recurrence": "NO"}, "recurrence"),
        ({"url": "https://a.example\r\nATTACH:x"}, "control"),
        ({"organizer": {"email": "a@b.c\r\nATTACH:x"}}, "control"),
    ],
)
def test_what_is_no_event_is_refused(parameters, message):
    with pytest.raises(InvalidInput, match=message):
        made(**parameters)


@settings(max_examples=40, deadline=None)
@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), max_size=60))
def test_no_text_breaks_out_of_its_line(text):
    assert made(title=f"{text}\r\nATTACH:x").count("\r\nATTACH:") == 0
