"""Tests of data.date with the real guest."""

from __future__ import annotations

import pytest

from engine.base.errors import StepFailure
from engine.testing.step_bench import StepBench, items_of, json_of
from tests.engine.steps.guests import sandbox


def dated(operation, date=None, zone_of_flow="UTC", **parameters):
    given = {"operation": operation, "date": date, "into": "r", "keep": "none", **parameters}
    bench = StepBench("data.date", given, sandbox=sandbox(), timezone=zone_of_flow)
    return json_of(bench.run(items_of({})).outputs["main"])[0]["r"]


@pytest.mark.parametrize(
    ("date", "wanted"),
    [
        ("2024-02-29T12:30:00Z", "2024-02-29 12:30"),
        ("Thu, 29 Feb 2024 12:30:00 GMT", "2024-02-29 12:30"),
        ("2024-02-29 12:30:00", "2024-02-29 12:30"),
        ("02/29/2024 12:30", "2024-02-29 12:30"),
        (1709209800, "2024-02-29 12:30"),
        (1709209800000, "2024-02-29 12:30"),
        ("1709209800000", "2024-02-29 12:30"),
        (1709209800.5, "2024-02-29 12:30"),
        (None, None),
    ],
)
def test_dates_are_read_in_all_common_notations(date, wanted):
    assert dated("format", date, format="yyyy-MM-dd HH:mm") == wanted


def test_a_day_that_no_month_has_is_refused():
    with pytest.raises(StepFailure, match="cannot be read"):
        dated("format", "2024-02-30")


def test_a_format_of_ones_own_is_read_in_a_zone():
    given = {"fromFormat": "dd.MM.yyyy HH:mm", "fromZone": "Asia/Tokyo", "format": "yyyy-MM-dd HH:mm"}
    assert dated("format", "29.02.2024 08:00", **given) == "2024-02-28 23:00"
    assert dated("format", "29.02.2024 08:00", zone="Asia/Tokyo", **given) == "2024-02-29 08:00"


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("YYYY/MM/DD", "2024/02/03"),
        ("dddd, MMMM Do YYYY, h:mm:ss a", "Saturday, February 3rd 2024, 4:05:06 pm"),
        ("[at] D.M.YY HH:mm:ss.SSS Z", "at 3.2.24 16:05:06.007 +00:00"),
        ("X x d Q", "1706976306 1706976306007 6 1"),
    ],
)
def test_moments_letters_are_known(written, wanted):
    assert dated("format", "2024-02-03T16:05:06.007Z", format=written, tokens="moment") == wanted


def test_moments_letters_are_read_too():
    given = {"fromFormat": "YYYY-DD-MM", "tokens": "moment", "format": "MM-DD-YYYY"}
    assert dated("format", "2024-03-02", **given) == "02-03-2024"


def test_dates_are_moved_over_summer_time_by_the_clock():
    given = {"amount": 1, "unit": "days", "zone": "Europe/Berlin"}
    assert dated("add", "2024-03-30T12:00:00+01:00", **given) == "2024-03-31T12:00:00.000+02:00"
    assert dated("subtract", "2024-03-31", amount=1, unit="months", utc=True) == "2024-02-29T00:00:00.000Z"


def test_parts_rounds_and_spans():
    assert dated("part", "2024-02-29", unit="weeks") == 9
    assert dated("part", "2024-02-29", unit="quarters") == 1
    assert dated("round", "2024-02-29T12:00:00Z", unit="months", utc=True) == "2024-02-01T00:00:00.000Z"
    assert dated("round", "2024-02-29", unit="years", up=True, utc=True) == "2025-01-01T00:00:00.000Z"
    assert dated("between", "2024-01-01", end="2024-01-02T06:00:00", units="days,hours") == {
        "days": 1,
        "hours": 6,
    }
    assert dated("between", "2024-01-01", end="2024-01-03", iso=True) == "P2D"


def test_now_is_the_time_of_the_run():
    assert dated("now", zone="UTC") == "2023-11-14T22:13:20.000Z"
    assert dated("now", time=False, zone_of_flow="Asia/Tokyo") == "2023-11-15T00:00:00.000+09:00"


@pytest.mark.parametrize(
    ("given", "message"),
    [({"date": "someday"}, "cannot be read"), ({"date": 1, "zone": "Mars/Base"}, "is no time zone")],
)
def test_what_cannot_be_read_is_told(given, message):
    with pytest.raises(StepFailure, match=message):
        dated("format", **given)
