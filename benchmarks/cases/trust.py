"""What trust costs: the job of 40 steps with signatures and encryption, and without, in turns."""

from __future__ import annotations

import time
from typing import Any

from benchmarks import flows, place
from benchmarks.cases.sequential import WARMUP, job
from benchmarks.frame import Benchmark, Options
from benchmarks.results import Limit, Result, of_samples
from benchmarks.stats import median

ADDED_PERCENT_MAX = 35.0


def trusted(options: Options) -> list[Result]:
    """The job with all, without signatures, and with neither; the validation pipeline runs in each."""
    from engine.storage.vault import Unsealed

    with place.driving(options.scratch / "node") as here:
        run = job(here, here.publish(flows.sequence(40)), 40)
        journal: Any = here.world.journal
        signing, cipher = journal._signing, journal._cipher
        ways = {"on": (signing, cipher), "unsigned": (None, cipher), "off": (None, Unsealed())}
        times: dict[str, list[float]] = {way: [] for way in ways}
        for turn in range(WARMUP + options.count(400, 10)):
            for way, (journal._signing, journal._cipher) in ways.items():
                before = time.perf_counter()
                run()
                if turn >= WARMUP:
                    times[way].append((time.perf_counter() - before) * 1000)
        journal._signing, journal._cipher = signing, cipher
    on, unsigned, off = (median(times[way]) for way in ("on", "unsigned", "off"))
    added = Result(
        "trust-added",
        "%",
        (on / off - 1) * 100,
        len(times["on"]),
        limits=(Limit("value", ADDED_PERCENT_MAX),),
        extra={"signatures_percent": round((on / unsigned - 1) * 100, 1)},
    )
    return [*(of_samples(f"trust-{way}", "ms", times[way]) for way in ways), added]


BENCHMARKS = (
    Benchmark("trust", "40 pure steps with signatures and encryption against without, in turns", trusted),
)
