"""The pace of a subnet's steps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.execution.pace import BURST_SECONDS, WAIT_MS_MAX, Pace


def test_who_waits_as_long_as_told_may_begin() -> None:
    pace, now_us = Pace(), 0
    assert [pace.step("a", 60, now_us) for _ in range(10)] == [0] * 10
    wait_ms = pace.step("a", 60, now_us)
    assert 0 < wait_ms <= WAIT_MS_MAX
    assert pace.step("a", 60, now_us + (wait_ms + 1) * 1000) == 0


def test_subnets_do_not_wait_for_one_another() -> None:
    pace = Pace()
    while not pace.step("a", 60, 0):
        pass
    assert pace.step("b", 60, 0) == 0


def test_a_limit_of_nothing_lets_one_begin_and_then_none() -> None:
    pace = Pace()
    assert pace.step("a", 0, 0) == 0
    assert pace.step("a", 0, 10**12) == WAIT_MS_MAX


@given(st.integers(1, 10_000), st.lists(st.integers(0, 10**6), max_size=200))
def test_never_more_than_the_burst_and_the_rate(per_minute: int, pauses_us: list[int]) -> None:
    pace, now_us, begun = Pace(), 0, 0
    for pause_us in pauses_us:
        now_us += pause_us
        begun += pace.step("a", per_minute, now_us) == 0
    burst = max(1.0, per_minute * BURST_SECONDS / 60)
    assert begun <= burst + now_us * per_minute / 60e6 + 1
