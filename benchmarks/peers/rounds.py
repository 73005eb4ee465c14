"""Rounds: in each of them every peer does its jobs once, so that a slow minute hits them all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import processes
from benchmarks.peers.environments import Peer, python_of
from benchmarks.stats import median, percentile

ROOT = Path(__file__).resolve().parent.parent.parent
JOB_S = 300.0


class JobFailed(RuntimeError):
    """A peer's script gave no numbers; the message holds the end of what it printed."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is done: jobs of ``steps`` steps, ``repeat`` timed ones a round, ``rounds`` rounds."""

    steps: int = 40
    repeat: int = 10
    warmup: int = 3
    rounds: int = 3


@dataclass(slots=True)
class Tally:
    """What a peer needed: the milliseconds of its jobs, round by round."""

    peer: Peer
    version: str = ""
    note: str = ""
    rounds: list[list[float]] = field(default_factory=list)

    @property
    def ms(self) -> float:
        """The median of the rounds' medians."""
        return median([median(times) for times in self.rounds])

    def ratio(self, base: Tally) -> float:
        """How many times longer than ``base``: the median of the ratios within each round."""
        pairs = zip(self.rounds, base.rounds, strict=True)
        return median([median(mine) / median(theirs) for mine, theirs in pairs])

    def as_json(self, base: Tally | None) -> dict[str, Any]:
        """The line for machines."""
        everything = [time for times in self.rounds for time in times]
        line: dict[str, Any] = {"name": f"peer-{self.peer.name}", "unit": "ms", "value": round(self.ms, 2)}
        line |= {"p50": round(percentile(everything, 0.5), 2), "p99": round(percentile(everything, 0.99), 2)}
        line |= {"n": len(everything), "version": self.version, "note": self.note}
        return line | ({"ratio_to_qflow": round(self.ratio(base), 2)} if base else {})


def measure(peers: Sequence[Peer], folder: Path, size: Size) -> list[Tally]:
    """Build what is missing, then run all rounds."""
    pythons = {peer.name: python_of(peer, folder) for peer in peers}
    tallies = [Tally(peer) for peer in peers]
    for number in range(size.rounds):
        for tally in tallies:
            found = _job(tally.peer, pythons[tally.peer.name], size)
            tally.version, tally.note = found["version"], found["note"]
            tally.rounds.append(found["ms"])
            shown = f"{median(found['ms']):.1f} ms"
            print(f"round {number + 1}: {tally.peer.name} {shown}", file=sys.stderr, flush=True)
    return tallies


def _job(peer: Peer, python: str, size: Size) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="qflow-peer-") as data_dir:
        command = [python, "-m", f"benchmarks.peers.{peer.module}", "--data-dir", data_dir]
        command += ["--steps", str(size.steps), "--repeat", str(size.repeat), "--warmup", str(size.warmup)]
        output, log = Path(data_dir, "output"), Path(data_dir, "log")
        code = _run(command, peer, output, log)
        lines = output.read_text(errors="replace").splitlines()
        if code != 0 or not lines:
            raise JobFailed(f"{peer.name} ended with {code}\n{log.read_text(errors='replace')[-1500:]}")
        found: dict[str, Any] = json.loads(lines[-1])
        return found


def _run(command: list[str], peer: Peer, output: Path, log: Path) -> int:
    env = {name: value for name, value in os.environ.items() if not name.startswith("QFLOW_")}
    with output.open("wb") as out, log.open("wb") as err:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=env | dict(peer.env),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        try:
            return process.wait(JOB_S)
        except subprocess.TimeoutExpired:
            raise JobFailed(f"{peer.name} was not done after {JOB_S:g} s") from None
        finally:
            processes.stop(process)
