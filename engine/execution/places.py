"""Places for executions that run: how many of a subnet do, without counting them anew for every start."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from engine.ports.clock import Clock
from engine.ports.journal_store import JournalStore

RECOUNT_US = 50_000
"""How old a count may be; starts of this process are added to it meanwhile, ends are not."""


@dataclass(slots=True)
class _Count:
    until_us: int  # monotonic
    value: int


class Places:
    """Thread-safe. The limit is kept roughly: other processes, and waits that end, may take places too
    before the next count; where the limit seems to be reached, it is counted."""

    def __init__(self, journal: JournalStore, clock: Clock) -> None:
        self._journal, self._clock = journal, clock
        self._counts: dict[str, _Count] = {}
        self._lock = threading.Lock()

    def take(self, subnet: str, most: int) -> bool:
        """Whether one more execution of the subnet may run now."""
        now_us = self._clock.monotonic_us()
        with self._lock:
            known = self._counts.get(subnet)
            if known is not None and now_us < known.until_us and known.value < most:
                known.value += 1
                return True
        running = self._journal.running(subnet)
        with self._lock:
            self._counts[subnet] = _Count(now_us + RECOUNT_US, running + 1)
        return running < most
