"""The node seen from outside: its measures and its health."""

from __future__ import annotations

import time
from typing import Any, Protocol, runtime_checkable

from engine.execution.scope import iso
from engine.usecases.world import World


@runtime_checkable
class Snapshots(Protocol):
    """Metrics that can be told as numbers."""

    def snapshot(self) -> dict[str, Any]: ...


def metrics_snapshot(world: World) -> dict[str, Any]:
    """The node's measures as JSON: percentiles in milliseconds, throughput, errors and caches."""
    metrics = world.metrics
    found = metrics.snapshot() if isinstance(metrics, Snapshots) else {"latencies": {}, "counters": {}}
    counters = found["counters"]
    return {
        "nodeId": world.node,
        "time": iso(world.clock.now_us()),
        "latencies": found["latencies"],
        "throughput": _throughput(found["latencies"].get("execution_seconds", {})),
        "errors": counters.get("errors", []),
        "cacheHitRates": _hit_rates(counters.get("cache_lookups", [])),
        "executionsHeld": len(world.worker.live()),
        "counters": counters,
    }


def metrics_event(world: World) -> dict[str, Any]:
    """The measures as a CloudEvent."""
    now_us = world.clock.now_us()
    return {
        "specversion": "1.0",
        "id": f"{world.node}/metrics/{now_us}",
        "source": f"/nodes/{world.node}",
        "type": "q.qflow.system.metrics.v1",
        "time": iso(now_us),
        "datacontenttype": "application/json",
        "data": metrics_snapshot(world),
    }


_begun = time.monotonic()


def uptime_s() -> float:
    """Seconds since this process began to serve."""
    return round(time.monotonic() - _begun, 3)


def _throughput(executions: dict[str, float]) -> dict[str, float]:
    ended = executions.get("count", 0)
    uptime = max(uptime_s(), 0.001)
    return {
        "executionsEnded": ended,
        "executionsPerSecond": round(ended / uptime, 3),
        "uptimeSeconds": uptime,
    }


def _hit_rates(lookups: list[dict[str, Any]]) -> dict[str, float]:
    """Share of hits by cache."""
    totals: dict[str, list[float]] = {}
    for sample in lookups:
        total = totals.setdefault(sample["labels"].get("cache", ""), [0.0, 0.0])
        total[0] += sample["value"] * (sample["labels"].get("result") == "hit")
        total[1] += sample["value"]
    return {cache: round(hits / count, 4) for cache, (hits, count) in totals.items() if count}
