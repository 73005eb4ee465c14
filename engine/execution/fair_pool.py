"""Threads that serve several parties in turn, so that nobody waits behind all the work of another."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

log = logging.getLogger("qflow.worker")

Work = Callable[[], Any]

BRISK_S = 0.1
"""Work that takes longer is no longer waited for by what begins after it."""


class FairPool:
    """At most ``threads`` threads; whoever has work takes turns with the others, its own in order.

    With ``most`` no party is served by more threads than that at once, however many are idle: room is kept
    for those who come later. With ``brisk`` nothing begins while so many pieces of work are younger than
    :data:`BRISK_S`: short ones are done one after the other, without getting in each other's way, and long
    ones keep nobody waiting. Safe for threads.
    """

    def __init__(self, threads: int, name: str, most: int | None = None, brisk: int | None = None) -> None:
        self._threads_max, self._name, self._most = threads, name, most or threads
        self._brisk = brisk or threads
        self._since: dict[int, float] = {}  # when each thread began what it does
        self._watched = False  # whether a thread waits for young work to grow old
        self._waiting: dict[str, deque[Work]] = {}  # in the order in which parties are served next
        self._busy: dict[str, int] = {}
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._stopped = False
        self._bell = threading.Condition()

    def submit(self, party: str, work: Work) -> None:
        """Do it as soon as it is the party's turn; raises :class:`RuntimeError` once the pool has ended."""
        with self._bell:
            if self._stopped:
                raise RuntimeError("the pool has ended")
            self._waiting.setdefault(party, deque()).append(work)
            self._call_for_more()

    def shutdown(self, *, wait: bool) -> None:
        """Drop what waits; what is under way ends, and is waited for if wished."""
        with self._bell:
            self._stopped = True
            self._waiting.clear()
            self._bell.notify_all()
            threads = list(self._threads)
        if wait:
            for thread in threads:
                if thread is not threading.current_thread():
                    thread.join()

    def _call_for_more(self) -> None:
        """Have a thread that rests, or a new one, look at what waits, unless that must wait and another one
        watches for how long. Whoever has done its work looks without being called."""
        if self._next() is None or (self._watched and self._pause_s()):
            return
        if self._idle == 0 and len(self._threads) < self._threads_max:
            self._begin()
        self._bell.notify()

    def _begin(self) -> None:
        name = f"{self._name}_{len(self._threads)}"
        thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve(self) -> None:
        while (taken := self._take()) is not None:
            party, work = taken
            try:
                work()
            except BaseException:
                log.exception("work failed")
            finally:
                self._done(party)
            del work, taken

    def _take(self) -> tuple[str, Work] | None:
        """The next work, with its party; None once the pool has ended."""
        with self._bell:
            while True:
                party = self._next()
                pause_s = None if party is None else self._pause_s()
                if party is not None and not pause_s:
                    break
                if self._stopped:
                    return None
                self._rest(pause_s)
            self._since[threading.get_ident()] = time.monotonic()
            works = self._waiting.pop(party)
            work = works.popleft()
            if works:
                self._waiting[party] = works  # behind all others
            self._busy[party] = self._busy.get(party, 0) + 1
            self._call_for_more()
            return party, work

    def _pause_s(self) -> float:
        """How long until something may begin, if nothing ends before; 0 for now."""
        if len(self._since) < self._brisk:
            return 0.0
        now = time.monotonic()
        young = [began for began in self._since.values() if now - began < BRISK_S]
        return min(young) + BRISK_S - now if len(young) >= self._brisk else 0.0

    def _rest(self, pause_s: float | None) -> None:
        """Wait for a ring; one thread at a time also for young work to grow old."""
        watches = pause_s is not None and not self._watched
        self._watched = self._watched or watches
        self._idle += 1
        self._bell.wait(pause_s if watches else None)
        self._idle -= 1
        self._watched = self._watched and not watches

    def _next(self) -> str | None:
        return next((one for one in self._waiting if self._busy.get(one, 0) < self._most), None)

    def _done(self, party: str) -> None:
        with self._bell:
            self._since.pop(threading.get_ident(), None)
            self._busy[party] -= 1
            if not self._busy[party]:
                del self._busy[party]
