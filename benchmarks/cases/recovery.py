"""Recovery: ``kill -9`` in the middle of executions; how long until each of them goes on.

Each execution makes HTTP requests in a row, so that the kill meets steps in flight. An execution
is resumed at the first fact its journal gains after the restart; a time below 0 is before the node
said that it is ready.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from benchmarks import flows, place
from benchmarks.client import Connection
from benchmarks.frame import Benchmark, Options
from benchmarks.node import Node
from benchmarks.results import Limit, Result
from benchmarks.slow_server import slow_server
from benchmarks.stats import percentile

LIMITS = (Limit("value", 10.0),)
STEPS = 10
DELAY_S = 0.2
RUN_S = 1.0
RESUMED_WITHIN_S = 60.0
EGRESS = {"QFLOW_EGRESS_ALLOW": "127.0.0.0/8"}


def run(options: Options) -> list[Result]:
    """Start, kill, restart; then every execution must complete with one result a step."""
    count = options.count(50, 10)
    here = place.opened(options.scratch / "node")
    with slow_server(DELAY_S) as server:
        flow = here.publish(flows.calling(server.url, STEPS))
        node = Node(options.scratch / "node", EGRESS)
        try:
            node.start()
            with Connection(node.port) as connection:
                for _ in range(count):
                    connection.call("POST", "/webhook/bench-call", {})
            time.sleep(RUN_S)
            node.kill()
            left = _unfinished(here, flow)
            boot_s = node.start()
            up_us = here.world.clock.now_us()
            resumed = _resumed(here, left, up_us)
            completed = _completed(here, flow, count)
        finally:
            node.stop()
        keys = server.keys
    return [_result(count, len(left), resumed, completed, keys, boot_s)]


def _result(
    count: int, left: int, resumed: list[float], completed: int, keys: list[str], boot_s: float
) -> Result:
    distinct = len(set(keys))
    wrong = ""
    if not left:
        wrong = "the kill met no execution"
    elif len(resumed) < left or completed < count:
        wrong = f"{len(resumed)} of {left} executions resumed, {completed} of {count} completed"
    elif distinct != count * STEPS or "" in keys:
        wrong = f"{distinct} idempotency keys for {count * STEPS} effects"
    extra: dict[str, float] = {
        "in_flight": left,
        "boot_s": boot_s,
        "effects": count * STEPS,
        "requests": len(keys),
    }
    slowest = max(resumed, default=RESUMED_WITHIN_S)
    p50 = percentile(resumed, 0.5) if resumed else None
    p99 = percentile(resumed, 0.99) if resumed else None
    extra["after_start_s"] = boot_s + slowest
    return Result("recovery", "s", slowest, len(resumed), p50, p99, LIMITS, wrong, extra)


def _unfinished(here: place.Place, flow: str) -> dict[str, int]:
    """Executions that are not over, with the facts their journal has."""
    ids = here.executions(flow)
    return {id: header.sequence for id in ids if not (header := here.world.journal.header(id)).status.ended}


def _resumed(here: place.Place, left: Mapping[str, int], up_us: int) -> list[float]:
    """Seconds from being up until each execution went on; below 0 for those that went on before."""
    found: dict[str, float] = {}
    deadline = time.monotonic() + RESUMED_WITHIN_S
    while len(found) < len(left) and time.monotonic() < deadline:
        for id, sequence in left.items():
            entries = here.world.journal.entries(id, after=sequence, limit=1) if id not in found else []
            if entries:
                found[id] = (entries[0].fact.at_us - up_us) / 1e6
        time.sleep(0.02)
    return list(found.values())


def _completed(here: place.Place, flow: str, count: int) -> int:
    deadline = time.monotonic() + RESUMED_WITHIN_S
    while (done := here.counts(flow).get("completed", 0)) < count and time.monotonic() < deadline:
        time.sleep(0.1)
    return done


BENCHMARKS = (Benchmark("recovery", "kill -9 -> up again -> all executions resumed", run, timeout_s=240.0),)
