"""Measures for Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/), and percentiles."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from engine.base.limits import METRIC_SERIES_MAX

PREFIX = "qflow_"

RESERVOIR = 2_048
"""Latest durations of one measure from which percentiles are computed."""

BUCKETS_S = (
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
)  # fmt: skip

_HELP = {
    "execution_seconds": "From an execution's start to its end.",
    "step_seconds": "From a step's start to its end.",
    "state_save_seconds": "One commit of facts to the journal.",
    "webhook_seconds": "From a webhook call to its answer.",
    "http_request_seconds": "From a REST request to its answer.",
    "errors": "Errors by the reference's error type and the component they came from.",
    "sandbox_seconds": "What the guests of one step took, by step type.",
    "sandbox_fuel": "WebAssembly instructions that guests used, by step type.",
    "sandbox_host_calls": "Calls of the host by guests, by step type.",
    "sandbox_memory_peak_bytes": "The most memory that one guest had.",
    "sandbox_violations": "Guests stopped for crossing a limit, by limit.",
    "sandbox_quarantines": "Flows and code put into quarantine.",
    "sandbox_alerts": "Times that the guests of a subnet reached the alert level, by resource.",
    "validations": "Operations put through the validation pipeline, by last stage and result.",
    "anomalies": "Unusual behaviour found, by kind.",
    "cache_lookups": "Lookups in caches by result (hit, miss).",
}

_SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}

Labels = tuple[tuple[str, str], ...]


class PrometheusMetrics:
    """Implements :class:`engine.ports.metrics.Metrics`; a measure is made when it is first used.

    The first use fixes a measure's label names; a later one with others fits itself to them.
    """

    def __init__(self) -> None:
        disable_created_metrics()  # they double the text and nobody asks for them
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._series: dict[tuple[str, Labels], Any] = {}
        self._measures: dict[str, tuple[Any, list[str]]] = {}  # with their label names
        self._recent: dict[str, deque[float]] = {}
        self._sizes: dict[str, int] = {}
        self._lock = threading.Lock()

    def count(self, name: str, value: float = 1, **labels: str) -> None:
        """Add to a counter."""
        self._of(Counter, name, labels).inc(value)

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        """Add a duration to a histogram and to the reservoir of its name."""
        self._of(_histogram, name, labels).observe(seconds)
        recent = self._recent.get(name)
        if recent is None:
            recent = self._recent.setdefault(name, deque(maxlen=RESERVOIR))
        recent.append(seconds)

    def gauge(self, name: str, value: float, **labels: str) -> None:
        """Set a level."""
        self._of(Gauge, name, labels).set(value)

    def _of(self, make: Callable[..., Any], name: str, labels: dict[str, str]) -> Any:
        key = (name, tuple(sorted(labels.items()) if len(labels) > 1 else labels.items()))
        series = self._series.get(key)
        return series if series is not None else self._new(make, key)

    def _new(self, make: Callable[..., Any], key: tuple[str, Labels]) -> Any:
        name, labels = key
        with self._lock:
            measure, names = self._measure(make, name, [label for label, _ in labels])
            if not names:
                series = self._series[key] = measure
                return series
            if self._sizes[name] >= METRIC_SERIES_MAX:
                return measure.labels(*["other"] * len(names))
            self._sizes[name] += 1
            given = dict(labels)
            series = self._series[key] = measure.labels(*[given.get(label, "") for label in names])
            return series

    def _measure(self, make: Callable[..., Any], name: str, labels: list[str]) -> tuple[Any, list[str]]:
        if name not in self._measures:
            text = _HELP.get(name, name.replace("_", " "))
            self._measures[name] = (make(PREFIX + name, text, labels, registry=self.registry), labels)
            self._sizes[name] = 0
        return self._measures[name]

    def text(self) -> bytes:
        """All measures in the text format 0.0.4."""
        return bytes(generate_latest(self.registry))

    def snapshot(self) -> dict[str, Any]:
        """Numbers for people: percentiles of the latest durations, and counters by label.

        ``{"latencies": {name: {"count", "p50", "p95", "p99"}}, "counters": {name: [{"labels",
        "value"}]}}``; times in milliseconds.
        """
        latencies = {name: self._percentiles(name) for name in list(self._recent)}
        return {"latencies": latencies, "counters": self._counters()}

    def _percentiles(self, name: str) -> dict[str, float]:
        values = sorted(self._recent[name].copy())
        found = {key: round(nearest_rank(values, share) * 1000, 3) for key, share in _SHARES.items()}
        samples = self._measures[name][0].collect()[0].samples
        count = sum(sample.value for sample in samples if sample.name.endswith("_count"))
        return {"count": count, **found}

    def _counters(self) -> dict[str, list[dict[str, Any]]]:
        counters = {}
        for name, (measure, _) in list(self._measures.items()):
            if isinstance(measure, Counter | Gauge):
                samples = measure.collect()[0].samples
                counters[name] = [{"labels": dict(one.labels), "value": one.value} for one in samples]
        return counters


def _histogram(name: str, text: str, labels: list[str], registry: CollectorRegistry) -> Histogram:
    return Histogram(name, text, labels, registry=registry, buckets=BUCKETS_S)


def nearest_rank(values: list[float], share: float) -> float:
    """The smallest of the sorted values that at least this share of them does not exceed."""
    return values[max(0, math.ceil(len(values) * share) - 1)] if values else 0.0
