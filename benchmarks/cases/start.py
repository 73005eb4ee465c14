"""Flow start: from the request to the moment the first step runs.

The end is the first step's own time in the journal, the begin is the caller's clock before it sends
(the same machine's), so the way through HTTP counts.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from benchmarks import flows, node, place
from benchmarks.client import Connection
from benchmarks.frame import Benchmark, Options
from benchmarks.results import Limit, Result, of_samples
from benchmarks.stats import percentile

if TYPE_CHECKING:
    from engine.usecases.world import World

LIMITS = (Limit("p50", 5.0), Limit("p99", 25.0))
WARMUP = 20
SETTLE_S = 10.0


class NoFirstStep(RuntimeError):
    """An execution that was accepted shows no step in its journal."""


def first_step_us(world: World, execution: str) -> int:
    """When the first step of an execution began to run, by its journal."""
    from engine.journal.facts import StepCompleted, StepStarted

    deadline = time.monotonic() + SETTLE_S
    while time.monotonic() < deadline:
        for entry in world.journal.entries(execution):
            if isinstance(entry.fact, StepStarted):
                return entry.fact.at_us
            if isinstance(entry.fact, StepCompleted) and not _is_trigger(entry.fact.code):
                return entry.fact.started_us
        time.sleep(0.005)
    raise NoFirstStep(f"execution {execution} shows no step within {SETTLE_S:g} s")


def _is_trigger(code: str) -> bool:
    return code.startswith("trigger.")


def run(options: Options) -> list[Result]:
    """One start after the other over REST; the journals are read when all are done."""
    here = place.opened(options.scratch / "node")
    flow = here.publish(flows.sequence(1))
    token = here.token()
    begun: list[tuple[int, str]] = []
    answered: list[float] = []
    with node.running(options.scratch / "node") as served, Connection(served.port, token) as connection:
        for _ in range(WARMUP + options.count(500, 20)):
            before_us, before = time.time_ns() // 1000, time.perf_counter()
            answer = connection.call("POST", f"/api/v1/flows/{flow}/start", {})
            answered.append((time.perf_counter() - before) * 1000)
            begun.append((before_us, answer["executionId"]))
        waits = [(first_step_us(here.world, id) - before_us) / 1000 for before_us, id in begun[WARMUP:]]
    return [of_samples("start", "ms", waits, LIMITS, answered_p50=percentile(answered[WARMUP:], 0.5))]


BENCHMARKS = (Benchmark("start", "POST /flows/ID/start -> first step runs", run),)
