"""The socket for measurements."""

from __future__ import annotations

from typing import Protocol


class Metrics(Protocol):
    """Counters and histograms; labels are few and bounded (never ids)."""

    def count(self, name: str, value: float = 1, **labels: str) -> None: ...
    def observe(self, name: str, *seconds: float, **labels: str) -> None: ...
    def gauge(self, name: str, value: float, **labels: str) -> None: ...
    def text(self) -> bytes:
        """Everything measured, in Prometheus' text format."""
