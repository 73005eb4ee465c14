"""Light pure steps in a row, durable at the end: in process, and over the webhook door."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from benchmarks import flows, node, place
from benchmarks.cases.records import unrecorded
from benchmarks.client import Connection
from benchmarks.frame import Benchmark, Options
from benchmarks.results import Result, of_samples

WARMUP = 20
OUTCOME_S = 30.0


class Unfinished(RuntimeError):
    """An execution that should have completed did not."""


def job(here: place.Place, flow: str, last_step: int) -> Callable[[], int]:
    """Runs an execution to its end, which is stored by then; gives the number of its last step."""
    from engine.usecases.start_execution import StartRequest, start_execution

    def run() -> int:
        request = StartRequest(flow, items=[{"json": {"step": 0}}], wait="end", durable=False)
        future = start_execution(here.world, here.actor, request).future
        assert future is not None, "an execution with someone who waits has a future"
        outcome = future.result(OUTCOME_S)
        if outcome.kind != "completed":
            raise Unfinished(f"{flow} {outcome.kind}: {outcome.error}")
        reached = int(outcome.items[0]["json"].get("step", last_step))
        if reached != last_step:
            raise Unfinished(f"{flow} ended at step {reached} of {last_step}")
        return reached

    return run


def sample(action: Callable[[], object], count: int, warmup: int = WARMUP) -> list[float]:
    """Milliseconds of ``count`` calls after ``warmup`` untimed ones."""
    times = []
    for turn in range(warmup + count):
        before = time.perf_counter()
        action()
        if turn >= warmup:
            times.append((time.perf_counter() - before) * 1000)
    return times


def in_process(steps: int, options: Options) -> list[Result]:
    """An execution of ``steps`` steps after the other."""
    with place.driving(options.scratch / "node") as here:
        flow = here.publish(flows.sequence(steps))
        times = sample(job(here, flow, steps), options.count(500, 20))
    return [
        of_samples(f"sequential-{steps}", "ms", times, steps_per_s=steps / (sum(times) / len(times)) * 1e3)
    ]


def over_webhook(steps: int, options: Options) -> list[Result]:
    """The same through HTTP with one client that waits for each answer."""
    here = place.opened(options.scratch / "node")
    flow = here.publish(flows.webhook(steps))
    with node.running(options.scratch / "node") as served, Connection(served.port) as connection:
        path = f"/webhook/bench-{steps}"
        times = sample(lambda: connection.call("POST", path, {"name": "bo"}), options.count(500, 20))
        wrong = unrecorded(here, flow, len(times) + WARMUP)
    return [of_samples(f"sequential-{steps}-webhook", "ms", times, wrong=wrong)]


BENCHMARKS = (
    Benchmark("sequential-1", "1 light pure step, durable at the end, in process", partial(in_process, 1)),
    Benchmark("sequential-10", "10 light pure steps in a row, in process", partial(in_process, 10)),
    Benchmark("sequential-40", "40 light pure steps in a row, in process", partial(in_process, 40)),
    Benchmark("sequential-40-webhook", "the same 40 steps over a webhook", partial(over_webhook, 40)),
)
