"""The real clock and real randomness."""

from __future__ import annotations

import os
import random
import time


class SystemClock:
    """Implements :class:`engine.ports.clock.Clock`."""

    def now_us(self) -> int:
        """Microseconds since 1970."""
        return time.time_ns() // 1000

    def monotonic_us(self) -> int:
        """Microseconds that never go back."""
        return time.monotonic_ns() // 1000


class SystemEntropy:
    """Implements :class:`engine.ports.clock.Entropy` from the operating system."""

    def bytes(self, count: int) -> bytes:
        """Unpredictable bytes."""
        return os.urandom(count)

    def uniform(self) -> float:
        """A float in [0, 1); for jitter, not for secrets."""
        return random.random()  # noqa: S311
