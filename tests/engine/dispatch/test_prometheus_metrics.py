"""PrometheusMetrics: the text that Prometheus reads, and the percentiles that people read."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from engine.base.limits import METRIC_SERIES_MAX
from engine.dispatch.prometheus_metrics import RESERVOIR, PrometheusMetrics, nearest_rank


def test_counters_and_durations_stand_in_the_text():
    metrics = PrometheusMetrics()
    metrics.count("errors", type="timeout_error", component="step")
    metrics.count("errors", 2, type="timeout_error", component="step")
    metrics.observe("execution_seconds", 0.02, status="completed")
    metrics.gauge("sessions", 3)
    text = metrics.text().decode()
    assert 'qflow_errors_total{component="step",type="timeout_error"} 3.0' in text
    assert 'qflow_execution_seconds_bucket{le="0.025",status="completed"} 1.0' in text
    assert "qflow_sessions 3.0" in text
    assert "process_resident_memory_bytes" in text


def test_percentiles_are_in_milliseconds():
    metrics = PrometheusMetrics()
    for milliseconds in range(1, 101):
        metrics.observe("step_seconds", milliseconds / 1000, type="data.set")
    assert metrics.snapshot()["latencies"]["step_seconds"] == {
        "count": 100,
        "p50": 50.0,
        "p95": 95.0,
        "p99": 99.0,
    }


def test_the_reservoir_is_bounded_but_the_count_is_not():
    metrics = PrometheusMetrics()
    metrics.observe("step_seconds", *[1.0] * RESERVOIR)
    for _ in range(RESERVOIR):
        metrics.observe("step_seconds", 2.0)
    found = metrics.snapshot()["latencies"]["step_seconds"]
    assert (found["count"], found["p50"]) == (2 * RESERVOIR, 2000.0)


def test_too_many_label_values_are_counted_together():
    metrics = PrometheusMetrics()
    for number in range(METRIC_SERIES_MAX + 5):
        metrics.count("errors", type=f"kind-{number}")
    others = [s for s in metrics.snapshot()["counters"]["errors"] if s["labels"] == {"type": "other"}]
    assert others == [{"labels": {"type": "other"}, "value": 5.0}]


def test_other_label_names_than_at_first_do_no_harm():
    metrics = PrometheusMetrics()
    metrics.count("errors", type="a")
    metrics.count("errors", component="b")
    assert 'qflow_errors_total{type=""} 1.0' in metrics.text().decode()


def test_threads_may_measure_at_once():
    metrics = PrometheusMetrics()

    def work() -> None:
        for number in range(200):
            metrics.observe("step_seconds", 0.001, type=str(number % 7))
            metrics.snapshot()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert metrics.snapshot()["latencies"]["step_seconds"]["count"] == 800


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0.01, 1))
def test_the_nearest_rank_is_one_of_the_values_and_enough_do_not_exceed_it(values, share):
    ordered = sorted(values)
    found = nearest_rank(ordered, share)
    assert found in ordered
    assert sum(value <= found for value in ordered) >= share * len(ordered) - 1e-9
