"""Boot: from ``qflow up`` to a node that is ready, and what memory it has after some work."""

from __future__ import annotations

from benchmarks import flows, place
from benchmarks.client import Connection
from benchmarks.frame import Benchmark, Options
from benchmarks.node import Node, running
from benchmarks.results import Limit, Result, of_samples
from benchmarks.stats import median

READY = (Limit("value", 3.0),)
MEMORY = (Limit("value", 250.0),)
WEBHOOKS = 1_000


def seconds(options: Options) -> list[Result]:
    """Starts on empty directories, and starts again on the same ones."""
    fresh, again = [], []
    for turn in range(options.count(7, 2)):
        node = Node(options.scratch / f"node-{turn}")
        try:
            fresh.append(node.start())
            node.stop()
            again.append(node.start())
        finally:
            node.stop()
    return [of_samples("boot", "s", fresh, READY, again=median(again))]


def memory(options: Options) -> list[Result]:
    """Resident MB after 1,000 webhooks."""
    here = place.opened(options.scratch / "node")
    here.publish(flows.webhook(1))
    with running(options.scratch / "node") as node, Connection(node.port) as connection:
        idle = node.resident_mb()
        for _ in range(WEBHOOKS):
            connection.call("POST", "/webhook/bench-1", {"name": "bo"})
        busy = node.resident_mb()
    return [Result("memory", "MB", busy, WEBHOOKS, limits=MEMORY, extra={"idle": idle})]


BENCHMARKS = (
    Benchmark("boot", "qflow up -> first 200 of /health/ready", seconds),
    Benchmark("memory", "resident MB of a node after 1,000 webhooks", memory),
)
