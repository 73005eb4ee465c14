"""Twenty branches at once, and a join that waits for all of them."""

from __future__ import annotations

from benchmarks import flows, place
from benchmarks.cases.records import unrecorded
from benchmarks.cases.sequential import WARMUP, Unfinished, sample
from benchmarks.frame import Benchmark, Options
from benchmarks.results import Result, of_samples

BRANCHES = 20
OUTCOME_S = 30.0


def run(options: Options) -> list[Result]:
    """One execution after the other, in process; every branch must have reached the join."""
    from engine.usecases.start_execution import StartRequest, start_execution

    with place.driving(options.scratch / "node") as here:
        flow = here.publish(flows.parallel(BRANCHES))

        def job() -> None:
            future = start_execution(
                here.world, here.actor, StartRequest(flow, wait="end", durable=False)
            ).future
            assert future is not None, "an execution with someone who waits has a future"
            outcome = future.result(OUTCOME_S)
            arrived = {item["json"].get("branch") for item in outcome.items if item["json"].get("joined")}
            if outcome.kind != "completed" or len(arrived) != BRANCHES:
                raise Unfinished(f"{flow} {outcome.kind} with {len(arrived)} branches: {outcome.error}")

        times = sample(job, options.count(300, 10))
        wrong = unrecorded(here, flow, len(times) + WARMUP)
    return [of_samples("parallel-20", "ms", times, wrong=wrong)]


BENCHMARKS = (Benchmark("parallel-20", "20 parallel branches and a join, in process", run),)
