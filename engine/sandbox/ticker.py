"""The clock that interrupts guests: one thread in a process, asleep while no guest has run for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from engine.base.limits import GUEST_TICK_MS

TICK_NS = GUEST_TICK_MS * 1_000_000
LINGER_TICKS = 100
"""So long without a guest the thread stays awake: to wake it for each call costs more than the call."""


class Ticker:
    """Calls ``tick`` every 10 ms while at least one guest runs.

    A thread that must wait for the interpreter wakes late. It then makes up for the ticks it missed, so
    that lateness does not add up; and whoever sets a deadline meanwhile counts those ticks in, so that no
    guest is stopped early by them.
    """

    def __init__(self, tick: Callable[[], None], now_ns: Callable[[], int] = time.perf_counter_ns) -> None:
        self._tick, self._now_ns = tick, now_ns
        self._changed = threading.Condition()
        self._running = 0
        self._asleep = False
        self._last_ns = now_ns()  # the time that the ticks so far stand for
        self._thread: threading.Thread | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        """Tick while the body runs."""
        self.begin()
        try:
            yield
        finally:
            self.end()

    def begin(self) -> None:
        """A guest begins to run."""
        with self._changed:
            self._running += 1
            if self._running == 1:
                self._last_ns = self._now_ns()
            if self._thread is None:
                self._thread = threading.Thread(target=self._loop, name="qflow-epochs", daemon=True)
                self._thread.start()
            elif self._asleep:
                self._changed.notify()

    def end(self) -> None:
        """It has stopped."""
        with self._changed:
            self._running -= 1

    def ticks(self, deadline_ms: int) -> int:
        """Ticks after which a deadline from now on has surely passed; those due already are among them."""
        due = self._due() if self._running else 0
        return max(1, -(-deadline_ms // GUEST_TICK_MS)) + 1 + due

    def catch_up(self) -> None:
        """Tick as often as it is due."""
        with self._changed:
            due = self._due()
            self._last_ns += due * TICK_NS
        for _ in range(due):
            self._tick()

    def _due(self) -> int:
        return max(0, self._now_ns() - self._last_ns) // TICK_NS

    def _loop(self) -> None:
        pause, idle = threading.Event(), 0
        while True:
            if idle >= LINGER_TICKS:
                self._sleep()
                idle = 0
            pause.wait(GUEST_TICK_MS / 1000)
            if self._running:
                self.catch_up()
                idle = 0
            else:
                idle += 1

    def _sleep(self) -> None:
        """Until a guest runs."""
        with self._changed:
            self._asleep = True
            while self._running == 0:
                self._changed.wait()
            self._asleep = False
