"""A webhook, one step, its answer: what one caller waits."""

from __future__ import annotations

from benchmarks import flows, node, place
from benchmarks.cases.records import unrecorded
from benchmarks.cases.sequential import WARMUP, sample
from benchmarks.client import Connection
from benchmarks.frame import Benchmark, Options
from benchmarks.results import Limit, Result, of_samples

LIMITS = (Limit("p50", 8.0),)


def run(options: Options) -> list[Result]:
    """One client on one connection; every answer is checked."""
    here = place.opened(options.scratch / "node")
    flow = here.publish(flows.webhook(1))
    with node.running(options.scratch / "node") as served, Connection(served.port) as connection:

        def call() -> None:
            answer = connection.call("POST", "/webhook/bench-1", {"name": "bo", "n": 21})
            if answer.get("step") != 1:
                raise RuntimeError(f"the webhook gave {answer!r} in place of the last step's item")

        times = sample(call, options.count(2000, 50))
        wrong = unrecorded(here, flow, len(times) + WARMUP)
    return [of_samples("webhook", "ms", times, LIMITS, wrong)]


BENCHMARKS = (Benchmark("webhook", "webhook -> one data.set -> answer, one client", run),)
