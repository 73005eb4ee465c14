"""Ports that only listen: notifier, metrics, waker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from engine.journal.facts import Fact
from engine.ports.journal_store import Header


class RecordingNotifier:
    """Keeps what it was told, in order."""

    def __init__(self) -> None:
        self.facts: list[tuple[str, int, Fact]] = []
        self.events: list[tuple[str, str, Mapping[str, Any]]] = []

    def committed(self, header: Header, first_sequence: int, facts: Sequence[Fact]) -> None:
        """Remember facts with their sequence."""
        self.facts.extend((header.id, first_sequence + n, fact) for n, fact in enumerate(facts))

    def event(self, subnet: str, type: str, data: Mapping[str, Any]) -> None:
        """Remember an event."""
        self.events.append((subnet, type, data))


class CountingMetrics:
    """Counts by name and labels."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, tuple[tuple[str, str], ...]]] = Counter()
        self.observed: list[tuple[str, float]] = []

    def count(self, name: str, value: float = 1, **labels: str) -> None:
        """Add to a counter."""
        self.counts[name, tuple(sorted(labels.items()))] += int(value)

    def observe(self, name: str, *seconds: float, **labels: str) -> None:
        """Remember durations."""
        self.observed += [(name, each) for each in seconds]

    def gauge(self, name: str, value: float, **labels: str) -> None:
        """Remember a level."""
        self.observed.append((name, value))

    def text(self) -> bytes:
        """The counters, a line each."""
        return "\n".join(f"{name} {value}" for (name, _), value in self.counts.items()).encode()


class RecordingWaker:
    """Keeps the executions it was asked to ring for; rings through ``ring_through`` if set."""

    def __init__(self) -> None:
        self.rung: list[str] = []
        self.ring_through: Any = None

    def ring(self, execution: str, priority: int = 5) -> None:
        """Remember, and pass on."""
        self.rung.append(execution)
        if self.ring_through is not None:
            self.ring_through(execution)
