"""What every peer's job script shares: its arguments, the timed rounds and the line it prints.

Only the standard library is used: the scripts run in environments that hold nothing of Qflow.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import processes


class WrongResult(RuntimeError):
    """A job did not count to its number of steps: its time means nothing."""


def arguments(peer: str) -> argparse.Namespace:
    """``--steps``, ``--repeat``, ``--warmup`` and ``--data-dir`` of a job script."""
    processes.end_on_signal()
    parser = argparse.ArgumentParser(prog=f"benchmarks.peers.{peer}_job")
    parser.add_argument("--steps", type=int, default=40, help="steps in a row, each adding 1")
    parser.add_argument("--repeat", type=int, default=10, help="timed jobs")
    parser.add_argument("--warmup", type=int, default=3, help="jobs before the timed ones")
    parser.add_argument("--data-dir", type=Path, required=True, help="where its database goes")
    return parser.parse_args()


def timed(job: Callable[[], int], steps: int, repeat: int, warmup: int) -> list[float]:
    """Milliseconds of each of ``repeat`` jobs after ``warmup`` untimed ones; every result is checked."""
    times = []
    for turn in range(warmup + repeat):
        before = time.perf_counter()
        result = job()
        spent = (time.perf_counter() - before) * 1000
        if result != steps:
            raise WrongResult(f"{steps} steps that each add 1 gave {result!r}")
        if turn >= warmup:
            times.append(spent)
    return times


def report(peer: str, version: str, steps: int, times: list[float], note: str = "") -> None:
    """Print the one JSON line that the runner reads."""
    line = {"peer": peer, "version": version, "steps": steps, "ms": times, "note": note}
    print(json.dumps(line), flush=True)
