"""The clock that interrupts guests: one thread in a process, asleep while no guest runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from engine.base.limits import GUEST_TICK_MS


class Ticker:
    """Calls ``tick`` every 10 ms while at least one guest runs."""

    def __init__(self, tick: Callable[[], None]) -> None:
        self._tick = tick
        self._changed = threading.Condition()
        self._running = 0
        self._thread: threading.Thread | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        """Tick while the body runs."""
        with self._changed:
            self._running += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._loop, name="qflow-epochs", daemon=True)
                self._thread.start()
            elif self._running == 1:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1

    def _loop(self) -> None:
        pause = threading.Event()
        while True:
            with self._changed:
                while self._running == 0:
                    self._changed.wait()
            pause.wait(GUEST_TICK_MS / 1000)
            self._tick()


def ticks(deadline_ms: int) -> int:
    """Ticks after which a deadline has surely passed."""
    return max(1, -(-deadline_ms // GUEST_TICK_MS)) + 1
