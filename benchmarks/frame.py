"""The frame of a benchmark: its name, its options, and how it is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.results import Result


@dataclass(frozen=True, slots=True)
class Options:
    """What a benchmark may use: an empty directory, and how long to take."""

    scratch: Path
    quick: bool = False  # a look whether it works: few samples, no judgement
    seconds: float = 10.0  # of load

    def count(self, full: int, quick: int) -> int:
        """How many samples to take."""
        return quick if self.quick else full


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A benchmark; it runs in a process of its own, which is killed after ``timeout_s``."""

    name: str
    summary: str
    run: Callable[[Options], list[Result]]
    timeout_s: float = 120.0
