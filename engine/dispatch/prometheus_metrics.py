"""Measures for Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/), and percentiles."""

from __future__ import annotations

import math
import threading
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate
from typing import Any, Generic, TypeVar

from prometheus_client import CollectorRegistry, Metric, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

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

_BUCKET_NAMES = ("", *(str(float(bound)) for bound in BUCKETS_S), "+Inf")

_SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}

Labels = tuple[tuple[str, str], ...]


class _Sum:
    """A counter, or a level."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = 0.0


class _Times:
    """Durations by bucket, each counted in the first that is wide enough, and their sum."""

    __slots__ = ("counts", "recent", "total")

    def __init__(self, recent: deque[float]) -> None:
        self.counts = [0] * (len(BUCKETS_S) + 1)
        self.total = 0.0
        self.recent = recent  # those of all series of the name

    def add(self, seconds: Iterable[float]) -> None:
        for each in seconds:
            self.counts[bisect_left(BUCKETS_S, each)] += 1
            self.total += each
            self.recent.append(each)

    def cumulative(self) -> list[tuple[str, float]]:
        """Buckets by name, each with all that the ones before it hold."""
        return list(zip(_BUCKET_NAMES, accumulate(self.counts, initial=0.0), strict=False))[1:]


S = TypeVar("S", _Sum, _Times)


@dataclass(slots=True)
class _Measure(Generic[S]):
    """All series of one name, by the values of its labels."""

    make: Callable[[], S]
    labels: tuple[str, ...]
    series: dict[tuple[str, ...], S] = field(default_factory=dict)
    known: dict[Labels, S] = field(default_factory=dict)  # by labels as they were given

    def of(self, given: dict[str, str]) -> S:
        """The series for labels; those beyond :data:`METRIC_SERIES_MAX` are one."""
        key = tuple(given.items())
        found = self.known.get(key)
        return found if found is not None else self._new(key, given)

    def _new(self, key: Labels, given: dict[str, str]) -> S:
        values = tuple(given.get(name, "") for name in self.labels)
        full = len(self.series) >= METRIC_SERIES_MAX and values not in self.series
        if full:
            values = ("other",) * len(self.labels)
        series = self.series.setdefault(values, self.make())
        if not full:
            self.known[key] = series
        return series

    def each(self) -> list[tuple[dict[str, str], S]]:
        """The series with their labels."""
        return [(dict(zip(self.labels, values, strict=True)), one) for values, one in self.series.items()]


class PrometheusMetrics:
    """Implements :class:`engine.ports.metrics.Metrics`; a measure is made when it is first used.

    The first use fixes a measure's label names; a later one with others fits itself to them. Thread-safe.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.registry.register(self)
        self._counters: dict[str, _Measure[_Sum]] = {}
        self._levels: dict[str, _Measure[_Sum]] = {}
        self._times: dict[str, _Measure[_Times]] = {}
        self._lock = threading.Lock()

    def count(self, name: str, value: float = 1, **labels: str) -> None:
        """Add to a counter."""
        with self._lock:
            _measure(self._counters, name, labels).of(labels).value += value

    def observe(self, name: str, *seconds: float, **labels: str) -> None:
        """Add durations to a histogram and to the reservoir of its name."""
        with self._lock:
            measure = self._times.get(name)
            if measure is None:
                make = partial(_Times, deque(maxlen=RESERVOIR))
                measure = self._times.setdefault(name, _Measure(make, tuple(labels)))
            measure.of(labels).add(seconds)

    def gauge(self, name: str, value: float, **labels: str) -> None:
        """Set a level."""
        with self._lock:
            _measure(self._levels, name, labels).of(labels).value = value

    def text(self) -> bytes:
        """All measures in the text format 0.0.4."""
        return bytes(generate_latest(self.registry))

    def collect(self) -> list[Metric]:
        """All measures as the client library of Prometheus takes them."""
        with self._lock:
            families = [_summed(CounterMetricFamily, name, one) for name, one in self._counters.items()]
            families += [_summed(GaugeMetricFamily, name, one) for name, one in self._levels.items()]
            return families + [_timed(name, one) for name, one in self._times.items()]

    def snapshot(self) -> dict[str, Any]:
        """Numbers for people: percentiles of the latest durations, and counters by label.

        ``{"latencies": {name: {"count", "p50", "p95", "p99"}}, "counters": {name: [{"labels",
        "value"}]}}``; times in milliseconds.
        """
        with self._lock:
            latencies = {name: _percentiles(measure) for name, measure in self._times.items()}
            counters = {
                name: [{"labels": labels, "value": one.value} for labels, one in measure.each()]
                for name, measure in (*self._counters.items(), *self._levels.items())
            }
        return {"latencies": latencies, "counters": counters}


def _measure(measures: dict[str, _Measure[_Sum]], name: str, labels: dict[str, str]) -> _Measure[_Sum]:
    measure = measures.get(name)
    if measure is None:
        measure = measures[name] = _Measure(_Sum, tuple(labels))
    return measure


def _help(name: str) -> str:
    return _HELP.get(name, name.replace("_", " "))


def _summed(
    family: type[CounterMetricFamily | GaugeMetricFamily], name: str, measure: _Measure[_Sum]
) -> Metric:
    made = family(PREFIX + name, _help(name), labels=measure.labels)
    for values, one in measure.series.items():
        made.add_metric(values, one.value)
    return made


def _timed(name: str, measure: _Measure[_Times]) -> Metric:
    made = HistogramMetricFamily(PREFIX + name, _help(name), labels=measure.labels)
    for values, one in measure.series.items():
        made.add_metric(values, one.cumulative(), one.total)
    return made


def _percentiles(measure: _Measure[_Times]) -> dict[str, float]:
    series = list(measure.series.values())
    values = sorted(series[0].recent)
    found = {key: round(nearest_rank(values, share) * 1000, 3) for key, share in _SHARES.items()}
    return {"count": sum(sum(one.counts) for one in series), **found}


def nearest_rank(values: list[float], share: float) -> float:
    """The smallest of the sorted values that at least this share of them does not exceed."""
    return values[max(0, math.ceil(len(values) * share) - 1)] if values else 0.0
