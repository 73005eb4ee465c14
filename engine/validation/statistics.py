"""Online statistics: constant memory, one pass, no history kept.

Exponentially weighted mean and variance after Finch, "Incremental calculation of weighted mean and variance"
(University of Cambridge, 2009); while all values count the same they are those of Welford (Technometrics
4(3), 1962).
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(slots=True)
class Fading:
    """Mean and variance in which a value counts the less the older it is.

    ``weight`` is the share of the newest value. Until 1/weight values have come, all count the same.
    """

    weight: float = 0.02
    count: int = 0
    mean: float = 0.0
    variance: float = 0.0

    def add(self, value: float) -> None:
        """One more value."""
        self.count += 1
        share = max(self.weight, 1 / self.count)
        distance = value - self.mean
        step = share * distance
        self.mean += step
        self.variance = (1 - share) * (self.variance + distance * step)

    @property
    def deviation(self) -> float:
        """Standard deviation."""
        return math.sqrt(max(0.0, self.variance))


@dataclass(slots=True)
class Rate:
    """Events per second, fading with a half-life; times in microseconds of a clock that never goes back."""

    half_life_us: int = 10_000_000
    at_us: int = 0
    level: float = 0.0  # events, each halved once a half-life

    def add(self, now_us: int, events: float = 1.0) -> float:
        """Count events; gives the rate with them."""
        self.level = self.faded(now_us) + events
        self.at_us = now_us
        return self.per_second(now_us)

    def per_second(self, now_us: int) -> float:
        """The rate at a time."""
        return self.faded(now_us) * math.log(2) / (self.half_life_us / 1e6)

    def faded(self, now_us: int) -> float:
        """The level at a time."""
        return self.level * math.exp2(-max(0, now_us - self.at_us) / self.half_life_us)
