"""Tests of trigger.schedule: its registration, and that clocks may change as they like."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.base.errors import InvalidInput
from engine.testing.step_bench import StepBench, items_of

BERLIN = "Europe/Berlin"  # 2026: forward on 29 March at 2:00, back on 25 October at 3:00


def registration(**parameters):
    bench = StepBench("trigger.schedule", parameters)
    return bench.kind.registration(bench.step)


def us(text: str) -> int:
    moment = datetime.fromisoformat(text)
    assert moment.tzinfo
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def ticks(spec, start: str, end: str) -> list[str]:
    """All ticks between two times, as local times with their offset."""
    kind = StepBench("trigger.schedule", {"cron": "* * * * *"}).kind
    zone = ZoneInfo(spec.get("timezone", "UTC"))
    found, at = [], us(start)
    while (at := kind.next_tick_us(spec, at)) is not None and at < us(end):
        local = datetime.fromtimestamp(at / 1_000_000, zone)
        found.append(local.strftime("%d %H:%M:%S%z").replace("00+", "+"))
    return found


def test_it_registers_cron_or_interval():
    assert registration(cron="0 9 * * *", timezone=BERLIN).spec == {"cron": ["0 9 * * *"], "timezone": BERLIN}
    assert registration(intervalMs=60000).spec == {"interval_ms": 60000}


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"cron": []},
        {"cron": "0 9 * * *", "intervalMs": 1000},
        {"cron": "61 * * * *"},
        {"cron": "hello"},
        {"cron": "0 0 31 2 *"},
        {"intervalMs": 0},
        {"cron": "0 9 * * *", "timezone": "Mars/Olympus"},
        {"cron": "0 9 * * *", "timezone": "../etc/passwd"},
    ],
)
def test_wrong_schedules_are_refused(wrong):
    with pytest.raises(InvalidInput):
        registration(**wrong)


def test_a_time_that_does_not_exist_fires_when_the_clock_has_jumped_over_it():
    spec = {"cron": "30 2 * * *", "timezone": BERLIN}
    assert ticks(spec, "2026-03-28T00:00Z", "2026-03-31T00:00Z") == [
        "28 02:30:+0100",
        "29 03:00:+0200",
        "30 02:30:+0200",
    ]


def test_a_time_that_exists_twice_fires_once():
    spec = {"cron": "30 2 * * *", "timezone": BERLIN}
    assert ticks(spec, "2026-10-24T12:00Z", "2026-10-26T12:00Z") == ["25 02:30:+0200", "26 02:30:+0100"]


def test_every_hour_follows_elapsed_time_over_both_changes():
    spec = {"cron": "30 * * * *", "timezone": BERLIN}
    assert ticks(spec, "2026-03-29T00:00Z", "2026-03-29T02:00Z") == ["29 01:30:+0100", "29 03:30:+0200"]
    assert ticks(spec, "2026-10-25T00:00Z", "2026-10-25T02:00Z") == ["25 02:30:+0200", "25 02:30:+0100"]


def test_seconds_may_stand_in_front():
    assert ticks({"cron": "15,45 59 23 * * *"}, "2026-01-01T00:00Z", "2026-01-02T00:00Z") == [
        "01 23:59:15+0000",
        "01 23:59:45+0000",
    ]


def test_several_expressions_fire_together_once():
    spec = {"cron": ["0 9 * * *", "0 9,10 * * *"]}
    assert ticks(spec, "2026-01-01T00:00Z", "2026-01-02T00:00Z") == ["01 09:00:+0000", "01 10:00:+0000"]


def test_one_expression_may_stand_alone_in_the_spec():
    assert ticks({"cron": "0 9 * * *"}, "2026-01-01T00:00Z", "2026-01-02T00:00Z") == ["01 09:00:+0000"]


ZONES = [BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago", "UTC"]
CRONS = ["30 2 * * *", "0 */2 * * *", "*/20 * * * *", "0 0 * * *", "15 1,2,3 * * *", "30 0 2 * * SUN"]
CHANGES = ["2026-03-08", "2026-03-29", "2026-04-05", "2026-09-06", "2026-10-04", "2026-10-25", "2026-11-01"]


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(ZONES), st.sampled_from(CRONS), st.sampled_from(CHANGES), st.integers(-86_400, 86_400))
@example(BERLIN, "30 2 * * *", "2026-03-29", 0)
def test_ticks_rise_and_do_not_depend_on_where_one_starts(zone, cron, day, shift):
    """Asked from any moment between two ticks, the answer is the same next tick."""
    kind = StepBench("trigger.schedule", {"cron": cron}).kind
    spec = {"cron": [cron], "timezone": zone}
    start = us(f"{day}T00:00Z") + shift * 1_000_000
    first = kind.next_tick_us(spec, start)
    second = kind.next_tick_us(spec, first)
    assert start < first < second
    for between in (first + 1, (first + second) // 2, second - 1):
        assert kind.next_tick_us(spec, between) == second
    assert kind.next_tick_us(spec, (start + first) // 2) == first


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(ZONES), st.sampled_from(CHANGES), st.integers(0, 23), st.integers(0, 59))
def test_every_local_day_has_its_daily_tick(zone, day, hour, minute):
    kind = StepBench("trigger.schedule", {"cron": "* * * * *"}).kind
    spec = {"cron": f"{minute} {hour} * * *", "timezone": zone}
    at, days = us(f"{day}T00:00Z") - 2 * 86_400_000_000, []
    for _ in range(4):
        at = kind.next_tick_us(spec, at)
        days.append(datetime.fromtimestamp(at // 1_000_000, ZoneInfo(zone)).date())
    assert [later - earlier for earlier, later in pairwise(days)] == [timedelta(1)] * 3


@given(st.integers(100, 10**8), st.integers(0, 2**52), st.integers(0, 2**52))
def test_intervals_are_aligned_so_that_two_schedulers_agree(interval_ms, one, other):
    kind = StepBench("trigger.schedule", {"intervalMs": 1000}).kind
    step = interval_ms * 1000
    first = kind.next_tick_us({"interval_ms": interval_ms}, one)
    second = kind.next_tick_us({"interval_ms": interval_ms}, other)
    assert one < first <= one + step
    assert (first - second) % step == 0


def test_it_passes_the_tick_on():
    tick = items_of({"timestamp": "2026-01-01T09:00:00Z"})
    assert StepBench("trigger.schedule", {"intervalMs": 1000}).run(tick).outputs == {"main": tick}
