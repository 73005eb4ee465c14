"""Calls back after a time: one thread and a heap for all deadlines of a process."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
from collections.abc import Callable

from engine.ports.clock import Clock

log = logging.getLogger("qflow.alarm")


class Handle:
    """An alarm that can be cancelled."""

    __slots__ = ("callback",)

    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback


class Alarm:
    """Deadlines by the monotonic clock; callbacks are short and run on the alarm's thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heap: list[tuple[int, int, Handle]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._stopped = False

    def after_ms(self, delay_ms: float, callback: Callable[[], None]) -> Handle:
        """Call back after a delay."""
        handle = Handle(callback)
        due = self._clock.monotonic_us() + int(delay_ms * 1000)
        with self._changed:
            heapq.heappush(self._heap, (due, next(self._order), handle))
            if self._heap[0][2] is handle:
                self._changed.notify()
            if self._thread is None and not self._stopped:
                self._thread = threading.Thread(target=self._loop, name="qflow-alarm", daemon=True)
                self._thread.start()
        return handle

    def cancel(self, handle: Handle) -> None:
        """Do not call back; what is cancelled is dropped when it would be due."""
        handle.callback = None
        with self._changed:
            while self._heap and self._heap[0][2].callback is None:
                heapq.heappop(self._heap)

    def stop(self) -> None:
        """Forget all alarms."""
        with self._changed:
            self._stopped = True
            self._heap.clear()
            self._changed.notify()

    def _loop(self) -> None:
        while True:
            callback = self._next()
            if self._stopped:
                return
            if callback is not None:
                try:
                    callback()
                except Exception:
                    log.exception("an alarm's callback failed")

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            if not self._heap:
                self._changed.wait()
                return None
            due, _, handle = self._heap[0]
            left_us = due - self._clock.monotonic_us()
            if left_us > 0:
                self._changed.wait(left_us / 1e6)
                return None
            heapq.heappop(self._heap)
            return handle.callback
