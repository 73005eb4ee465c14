"""The socket for time, randomness and new ids."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Wall time for facts, monotonic time for durations and leases in one process."""

    def now_us(self) -> int:
        """Microseconds since 1970; may jump."""

    def monotonic_us(self) -> int:
        """Microseconds from an arbitrary start; never goes back."""


class Entropy(Protocol):
    """Randomness, so that a simulation can hand in its own."""

    def bytes(self, count: int) -> bytes: ...
    def uniform(self) -> float:
        """A float in [0, 1)."""
