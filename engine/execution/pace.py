"""How fast the steps of a subnet may begin: one token bucket for each, in memory."""

from __future__ import annotations

import threading
from dataclasses import dataclass

BURST_SECONDS = 10
"""A subnet that was idle may use this many seconds' worth at once."""

WAIT_MS_MAX = 1_000
"""Who must wait looks again after this at the latest."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at_us: int


class Pace:
    """Safe for threads."""

    def __init__(self) -> None:
        self._buckets: dict[str, _Bucket] = {}
        self._lock = threading.Lock()

    def step(self, subnet: str, per_minute: int, now_us: int) -> int:
        """One more step at a monotonic time: 0 where it may begin, else the milliseconds to wait."""
        per_us, burst = per_minute / 60e6, max(1.0, per_minute * BURST_SECONDS / 60)
        with self._lock:
            bucket = self._buckets.setdefault(subnet, _Bucket(burst, now_us))
            bucket.tokens = min(burst, bucket.tokens + (now_us - bucket.at_us) * per_us)
            bucket.at_us = now_us
            if bucket.tokens >= 1:
                bucket.tokens -= 1
                return 0
            missing = 1 - bucket.tokens
        wait_ms = missing / per_us / 1000 if per_us else WAIT_MS_MAX
        return max(1, min(WAIT_MS_MAX, int(wait_ms) + 1))
