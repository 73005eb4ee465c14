"""Quarantine in memory."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

from engine.ports.quarantine import EVERYWHERE, Contained, Quarantine


class MemoryQuarantine:
    """A :class:`QuarantineStore`; one lock makes every method a transaction."""

    def __init__(self) -> None:
        self._stays: list[Quarantine] = []
        self._revision = 0
        self._lock = threading.RLock()

    def place(self, quarantine: Quarantine) -> bool:
        """Begin a stay."""
        key = (quarantine.subnet, quarantine.kind, quarantine.subject)
        with self._lock:
            for stay in self._stays:
                if (stay.subnet, stay.kind, stay.subject) == key and stay.in_force(quarantine.since_us):
                    return False
            self._revision += 1
            self._stays.append(quarantine)
            return True

    def lift(self, subnet: str, kind: Contained, subject: str, by: str, now_us: int) -> bool:
        """End a stay."""
        with self._lock:
            for place, stay in enumerate(self._stays):
                same = (stay.subnet, stay.kind, stay.subject) == (subnet, kind, subject)
                if same and stay.in_force(now_us):
                    self._stays[place] = replace(stay, lifted_us=now_us, lifted_by=by)
                    self._revision += 1
                    return True
            return False

    def in_force(self, subnet: str, now_us: int) -> Sequence[Quarantine]:
        """Oldest first."""
        with self._lock:
            held = [s for s in self._stays if s.subnet in (subnet, EVERYWHERE) and s.in_force(now_us)]
        return sorted(held, key=lambda stay: stay.id)

    def history(self, subnet: str, limit: int, before: str | None = None) -> Sequence[Quarantine]:
        """Newest first."""
        with self._lock:
            found = [s for s in self._stays if s.subnet == subnet and (before is None or s.id < before)]
        return sorted(found, key=lambda stay: stay.id, reverse=True)[:limit]

    def revision(self, subnet: str) -> int:
        """One counter for all subnets is a counter for each."""
        with self._lock:
            return self._revision
