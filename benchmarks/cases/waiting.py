"""A thousand executions that wait on timers: what memory they add, and that a restart resumes them."""

from __future__ import annotations

import time

from benchmarks import flows, place
from benchmarks.client import Connection
from benchmarks.frame import Benchmark, Options
from benchmarks.node import Node
from benchmarks.results import Limit, Result

LIMITS = (Limit("value", 100.0),)
COUNT = 1_000
QUICK_COUNT = 50
WAIT_MS = 30_000
QUICK_WAIT_MS = 4_000
WARMUP = 300
DONE_WITHIN_S = 60.0


def run(options: Options) -> list[Result]:
    """Start them, measure, kill the node, start it again and see all of them complete."""
    count = options.count(COUNT, QUICK_COUNT)
    here = place.opened(options.scratch / "node")
    here.publish(flows.webhook(1))
    flow = here.publish(flows.waiting(options.count(WAIT_MS, QUICK_WAIT_MS)))
    node = Node(options.scratch / "node")
    try:
        node.start()
        with Connection(node.port) as connection:
            _call(connection, "/webhook/bench-1", WARMUP)  # so that caches and pools are not counted
            before = node.resident_mb()
            _call(connection, "/webhook/bench-wait", count)
            waiting = _until(here, flow, "waiting", count)
            added = node.resident_mb() - before
        node.kill()
        node.start()
        completed = _until(here, flow, "completed", count)
    finally:
        node.stop()
    wrong = ""
    if waiting != count or completed != count:
        wrong = f"of {count} executions {waiting} waited and {completed} completed: {here.counts(flow)}"
    extra = {"per_execution_kb": added * 1000 / count, "resumed_after_kill": completed}
    return [Result("waiting-1000", "MB", added, count, limits=LIMITS, wrong=wrong, extra=extra)]


def _call(connection: Connection, path: str, times: int) -> None:
    for _ in range(times):
        connection.call("POST", path, {"name": "bo"})


def _until(here: place.Place, flow: str, status: str, count: int) -> int:
    """Wait until so many executions have a status, for a bounded time; gives how many have it."""
    deadline = time.monotonic() + DONE_WITHIN_S
    while True:
        found = here.counts(flow).get(status, 0)
        if found >= count or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


BENCHMARKS = (
    Benchmark("waiting-1000", "memory added by 1,000 executions waiting on timers", run, timeout_s=240.0),
)
