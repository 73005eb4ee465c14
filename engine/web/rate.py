"""Rate limits: one token bucket per caller or flow, in memory."""

from __future__ import annotations

import threading
from collections import OrderedDict

from engine.base.errors import ResourceExhausted
from engine.base.limits import RATE_BUCKETS_MAX

BURST_SECONDS = 10
"""A caller that was idle may use this many seconds' worth at once."""


class RateLimit:
    """``per_minute`` calls a minute for each key, with a burst of :data:`BURST_SECONDS`."""

    def __init__(self, per_minute: int, buckets_max: int = RATE_BUCKETS_MAX) -> None:
        self._per_us = per_minute / 60e6
        self._burst = max(1.0, per_minute * BURST_SECONDS / 60)
        self._buckets_max = buckets_max
        self._buckets: OrderedDict[str, tuple[float, int]] = OrderedDict()  # tokens, at
        self._lock = threading.Lock()

    def take(self, key: str, now_us: int) -> None:
        """Count one call; raises :class:`ResourceExhausted` with the seconds to wait."""
        with self._lock:
            tokens, before_us = self._buckets.pop(key, (self._burst, now_us))
            tokens = min(self._burst, tokens + max(0, now_us - before_us) * self._per_us)
            allowed = tokens >= 1
            self._buckets[key] = (tokens - 1 if allowed else tokens, now_us)
            if len(self._buckets) > self._buckets_max:
                self._buckets.popitem(last=False)
        if not allowed:
            wait_s = max(1, round((1 - tokens) / self._per_us / 1e6 + 0.5))
            raise ResourceExhausted(f"too many requests; try again in {wait_s} s", retry_after_s=wait_s)
