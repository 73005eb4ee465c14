"""Time and randomness that tests hold in their hands."""

from __future__ import annotations

import random


class FakeClock:
    """Stands still until it is moved; monotonic time moves with it, but never back."""

    def __init__(self, now_us: int = 1_700_000_000_000_000) -> None:
        self._now_us = now_us
        self._monotonic_us = 0

    def now_us(self) -> int:
        """The time it shows."""
        return self._now_us

    def monotonic_us(self) -> int:
        """Time passed since it was made."""
        return self._monotonic_us

    def advance_ms(self, amount: float) -> None:
        """Let time pass."""
        self._now_us += int(amount * 1000)
        self._monotonic_us += int(amount * 1000)

    def jump_ms(self, amount: float) -> None:
        """Let the wall clock jump, forward or back, while no time passes."""
        self._now_us += int(amount * 1000)


class SeededEntropy:
    """The same bytes for the same seed."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)  # noqa: S311

    def bytes(self, count: int) -> bytes:
        """Bytes that follow from the seed."""
        return self._random.randbytes(count)

    def uniform(self) -> float:
        """A float in [0, 1) that follows from the seed."""
        return self._random.random()
