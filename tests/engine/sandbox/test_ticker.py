"""The clock of guests: late ticks are made up for, and nobody is stopped early by them."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from engine.base.limits import GUEST_TICK_MS
from engine.sandbox import ticker as ticker_module
from engine.sandbox.ticker import TICK_NS, Ticker


class Watch:
    """A time that the test sets, and the ticks that were made."""

    def __init__(self) -> None:
        self.now_ns = 0
        self.ticked = 0

    def tick(self) -> None:
        self.ticked += 1


def test_it_ticks_while_a_guest_runs():
    ticked = threading.Event()
    with Ticker(ticked.set).running():
        assert ticked.wait(10)


def test_a_late_thread_makes_up_for_the_ticks_it_missed():
    watch = Watch()
    ticker = Ticker(watch.tick, lambda: watch.now_ns)
    watch.now_ns = 35 * TICK_NS + 1
    ticker.catch_up()
    assert watch.ticked == 35
    ticker.catch_up()
    assert watch.ticked == 35


@given(
    late_ns=st.integers(0, 10**9),
    deadline_ms=st.integers(0, 5_000),
    ran_ns=st.integers(0, 10**10),
)
def test_no_guest_is_stopped_before_its_deadline_nor_long_after(late_ns, deadline_ms, ran_ns):
    """A guest begins when the last tick is ``late_ns`` ago, and is looked at after ``ran_ns``."""
    watch = Watch()
    ticker = Ticker(lambda: None, lambda: watch.now_ns)
    with ticker.running():
        ticker._tick = watch.tick
        ticker._last_ns = 0
        watch.now_ns = late_ns
        stops_at = watch.ticked + ticker.ticks(deadline_ms)
        watch.now_ns = late_ns + ran_ns
        ticker.catch_up()
        if watch.ticked >= stops_at:
            assert ran_ns >= deadline_ms * 1_000_000
        elif ran_ns > (deadline_ms + 3 * GUEST_TICK_MS) * 1_000_000:
            raise AssertionError("it should have been stopped")


def test_a_deadline_that_is_set_while_nothing_runs_counts_no_old_ticks():
    watch = Watch()
    ticker = Ticker(watch.tick, lambda: watch.now_ns)
    watch.now_ns = 10**12
    assert ticker.ticks(100) == 100 // GUEST_TICK_MS + 1


def test_a_guest_that_runs_after_a_long_silence_wakes_the_clock(monkeypatch):
    monkeypatch.setattr(ticker_module, "LINGER_TICKS", 0)
    ticked = threading.Event()
    ticker = Ticker(ticked.set)
    for _ in range(3):
        ticked.clear()
        with ticker.running():
            assert ticked.wait(10)
        pause = threading.Event()
        for _ in range(2_000):
            if ticker._asleep:
                break
            pause.wait(0.005)
        assert ticker._asleep
