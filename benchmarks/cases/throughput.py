"""Executions per second: webhook -> one step -> answer, under several clients at once.

The clients run in a process of their own. Every answer must stand in the database as a completed
execution, and no answer may be an error.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

from benchmarks import flows, node, place
from benchmarks.cases.records import unrecorded
from benchmarks.frame import Benchmark, Options
from benchmarks.results import Limit, Result

LIMITS = {clients: (Limit("value", 250.0, at_least=True),) for clients in (16, 32)}
WARMUP_S = 2.0


def run(clients: int, options: Options) -> list[Result]:
    """Load for ``options.seconds`` after a short warm-up that counts for nothing but the records."""
    here = place.opened(options.scratch / "node")
    flow = here.publish(flows.webhook(1))
    seconds = 2.0 if options.quick else options.seconds
    with node.running(options.scratch / "node") as served:
        warm = load(served.port, clients, WARMUP_S)
        found = load(served.port, clients, seconds)
        answers = warm["answers"] + found["answers"]
        wrong = _errors(warm, found) or unrecorded(here, flow, answers)
        memory = served.resident_mb()
    rate = found["answers"] / found["seconds"]
    return [
        Result(
            f"throughput-{clients}",
            "executions/s",
            rate,
            found["answers"],
            found.get("p50"),
            found.get("p99"),
            LIMITS.get(clients, ()),
            wrong,
            {"latency_unit": "ms", "seconds": round(found["seconds"], 1), "resident_mb": memory},
        )
    ]


def load(port: int, clients: int, seconds: float, paths: Sequence[str] = ("bench-1",)) -> dict[str, Any]:
    """What the load process saw."""
    command = [sys.executable, "-m", "benchmarks.load", "--port", str(port)]
    command += [word for path in paths for word in ("--path", f"/webhook/{path}")]
    command += ["--body", '{"name":"bo","n":21}', "--clients", str(clients), "--seconds", str(seconds)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=seconds + 60)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _errors(*loads: dict[str, Any]) -> str:
    errors: Counter[str] = sum((Counter(load["errors"]) for load in loads), Counter())
    return f"errors: {dict(errors)}" if errors else ""


BENCHMARKS = tuple(
    Benchmark(f"throughput-{clients}", f"executions/s, {clients} webhook client(s)", partial(run, clients))
    for clients in (1, 8, 16, 32)
)
