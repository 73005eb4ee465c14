"""The tokens that were revoked, as this process knows them: looked up again every little while."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from engine.base.limits import CAPABILITY_LIFETIME_US_MAX, REVOCATIONS_RECHECK_US
from engine.ports.capabilities import CapabilityStore
from engine.ports.clock import Clock


class Revocations:
    """Answers from memory; a store that fails makes the asking fail, never a token pass."""

    def __init__(self, store: CapabilityStore, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._known: frozenset[tuple[str, str]] = frozenset()
        self._check_at_us: int | None = None
        self._lock = threading.Lock()

    def any_of(self, subnet: str, ids: Iterable[str]) -> bool:
        """Whether one of the ids was revoked in the subnet."""
        known = self._fresh()
        return any((subnet, id) in known for id in ids)

    def revoke(self, subnet: str, revoked: str, reason: str) -> None:
        """Revoke durably and at once."""
        self._store.revoke(subnet, revoked, reason, self._clock.now_us())
        with self._lock:
            self._known |= {(subnet, revoked)}

    def _fresh(self) -> frozenset[tuple[str, str]]:
        now_us = self._clock.monotonic_us()
        if self._check_at_us is None or now_us >= self._check_at_us:
            with self._lock:
                self._known = self._store.revoked(self._clock.now_us() - CAPABILITY_LIFETIME_US_MAX)
                self._check_at_us = now_us + REVOCATIONS_RECHECK_US
        return self._known
