"""What validation costs: one step's passage through the pipeline, and a job with it against one without."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks import flows, place
from benchmarks.cases.sequential import job, sample
from benchmarks.frame import Benchmark, Options
from benchmarks.results import Limit, Result, of_samples

if TYPE_CHECKING:
    from engine.usecases.world import World
    from engine.validation.operation import Finding, Operation

STEP_LIMITS = (Limit("p50", 1.0), Limit("p99", 5.0))
STAGE_LIMITS = (Limit("p50", 50.0), Limit("p99", 50.0))
ALLOWED_SHARE = 1.10
"""How much longer the job of 40 steps may take with validation than without."""


def _operation(acts: bool) -> Operation:
    from engine.validation.operation import Entry, Hash, Kind, Operation

    return Operation(
        kind=Kind.STEP_EXECUTION,
        actor="bench",
        subnet="personal",
        action="step.run",
        resource="flows/bench/steps/set",
        id="exe_bench/set/0/1",
        hashes=(Hash("the flow version", "bafybench", "bafybench"),),
        involved=(("flow", "bench"), ("code", "bafybench"), ("node", "bench")),
        entry=Entry(version="bafybench"),
        execution="exe_bench",
        acts=acts,
    )


def _enter(world: World, acts: bool) -> Finding | None:
    from engine.validation.step_gate import StepKey

    key = StepKey("personal", "bench", "bench", "bafybench", "set")
    return world.trust.gate.enter(key, "exe_bench", lambda: _operation(acts), acts=acts)


def passages(options: Options) -> list[Result]:
    """The gate before a step that is pure, before one that acts, and all four stages anew."""
    world = place.opened(options.scratch / "node").world
    count = options.count(5000, 200)
    pure = sample(lambda: _enter(world, False), count)
    acting = sample(lambda: _enter(world, True), count)
    anew = sample(lambda: world.trust.pipeline.validate(_operation(False)), count)
    world.trust.flush()
    return [
        of_samples("pipeline-pure-step", "ms", pure, STEP_LIMITS),
        of_samples("pipeline-acting-step", "ms", acting, STEP_LIMITS),
        of_samples("pipeline-four-stages", "ms", anew, STAGE_LIMITS),
    ]


@contextmanager
def _without_validation() -> Iterator[None]:
    """Steps run unvalidated within the block, for comparison only."""
    from engine.execution import runner
    from engine.execution.runner import Attempt
    from engine.validation.anomalies import Watch

    def nothing(*args: Any, **options: Any) -> None:
        return None

    places = ((Attempt, "_gate"), (runner, "input_finding"), (Watch, "step_ended"))
    kept = [getattr(owner, name) for owner, name in places]
    for owner, name in places:
        setattr(owner, name, nothing)
    try:
        yield
    finally:
        for (owner, name), value in zip(places, kept, strict=True):
            setattr(owner, name, value)


def share(options: Options) -> list[Result]:
    """Processor time of the job of 40 steps with validation over that without, turn by turn."""
    with place.driving(options.scratch / "node") as here:
        run = job(here, here.publish(flows.sequence(40)), 40)
        for _ in range(20):
            run()
        shares = []
        for _ in range(options.count(200, 10)):
            validated = _processor_ms(run)
            with _without_validation():
                shares.append(validated / _processor_ms(run))
    return [of_samples("pipeline-share-40", "times", shares, (Limit("p50", ALLOWED_SHARE),))]


def _processor_ms(run: Any) -> float:
    before = time.process_time()
    run()
    return (time.process_time() - before) * 1000


BENCHMARKS = (
    Benchmark("pipeline", "the validation pipeline before one step, in process", passages),
    Benchmark("pipeline-share", "40 steps with validation over 40 steps without it", share),
)
