"""One request under way on its thread: its deadline, and how another thread breaks it off."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpcore

UNLIMITED_SECONDS = 86_400.0
"""What stands for no limit; the operating system takes no infinity."""

_local = threading.local()


class BrokenOff(httpcore.NetworkError):
    """The request was broken off from outside."""


class Exchange:
    """What the sockets of a request share while it is under way.

    ``dialled`` counts the connections made. Deadlines are in seconds of the monotonic clock.
    """

    def __init__(self) -> None:
        self.limit(UNLIMITED_SECONDS)
        self.dialled = 0
        self._broken = False
        self._abort: Callable[[], None] | None = None
        self._lock = threading.Lock()

    def limit(self, seconds: float) -> None:
        """From now on, at most so many seconds."""
        self.deadline = time.monotonic() + seconds

    def seconds_for(self, timeout: float | None) -> float:
        """What one operation may take: its own limit or what is left in all."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time is over")
        return left if timeout is None else min(left, timeout)

    @contextmanager
    def breakable(self, abort: Callable[[], None]) -> Iterator[None]:
        """While inside, :meth:`break_off` calls ``abort``, which must make the wait return.

        What a wait gives that was made to return is not to be believed: it looks like an end.
        """
        self._set_abort(abort)
        try:
            yield
        finally:
            self._set_abort(None)

    def _set_abort(self, abort: Callable[[], None] | None) -> None:
        with self._lock:
            self._abort = abort
            if self._broken:
                self._abort = None
                raise BrokenOff("broken off")

    def break_off(self) -> None:
        """End the request at once; safe to call from any thread and at any time."""
        with self._lock:
            self._broken = True
            if self._abort is not None:
                self._abort()

    @contextmanager
    def on_this_thread(self) -> Iterator[None]:
        """Make this the exchange that sockets used by the calling thread belong to."""
        before = getattr(_local, "exchange", None)
        _local.exchange = self
        try:
            yield
        finally:
            _local.exchange = before


def current_exchange() -> Exchange:
    """The exchange of the calling thread; an unlimited one where there is none."""
    found = getattr(_local, "exchange", None)
    return found if isinstance(found, Exchange) else Exchange()
