"""The runner behind ``qflow bench``: picks benchmarks, runs each in its own process, prints lines."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from benchmarks import machine, processes
from benchmarks.frame import Benchmark
from benchmarks.registry import REGISTRY, UnknownBenchmark, chosen
from benchmarks.results import Result, from_json, heading, row

KEPT, MISSED, WRONG = 0, 1, 2
"""Exit codes: every limit kept; one missed or a benchmark failed; wrong usage."""

ROOT = Path(__file__).resolve().parent.parent
LOG_LINES = 12


class _Usage(Exception):
    """The arguments are wrong; the message says how."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _Usage(message)


class Failed(Exception):
    """A benchmark gave no result; the message says why."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run benchmarks; gives the exit code."""
    try:
        args = _parse(list(sys.argv[1:] if argv is None else argv))
        benchmarks = chosen(args.names)
    except (_Usage, UnknownBenchmark) as error:
        print(f"error: {error}\nSee: qflow bench --list", file=sys.stderr)
        return WRONG
    if args.list:
        _list(benchmarks)
        return KEPT
    return _run_all(benchmarks, args)


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = _Parser(prog="qflow bench", description="Measure this machine with the benchmarks.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="benchmarks or groups (default: all)")
    parser.add_argument("--json", action="store_true", help="one JSON line a result")
    parser.add_argument("--list", action="store_true", help="list the benchmarks")
    parser.add_argument("--quick", action="store_true", help="few samples: does it work at all?")
    parser.add_argument("--seconds", type=float, default=10.0, help="of load in throughput (default 10)")
    args = parser.parse_args(argv)
    if not 0 < args.seconds <= 3600:
        raise _Usage(f"--seconds takes a number above 0 and up to 3600, not {args.seconds:g}")
    return args


def _list(benchmarks: list[Benchmark]) -> None:
    width = max(map(len, REGISTRY))
    for benchmark in benchmarks:
        print(f"{benchmark.name:<{width}}  {benchmark.summary}")


def _run_all(benchmarks: list[Benchmark], args: argparse.Namespace) -> int:
    code = KEPT
    with tempfile.TemporaryDirectory(prefix="qflow-bench-") as folder:
        _print_machine(Path(folder), args.json)
        for benchmark in benchmarks:
            try:
                results = run_apart(benchmark, Path(folder), args.quick, args.seconds)
            except Failed as error:
                print(f"error: {benchmark.name}: {error}", file=sys.stderr, flush=True)
                code = MISSED
                continue
            for result in results:
                print(json.dumps(result.as_json()) if args.json else row(result), flush=True)
                code = code if result.kept else MISSED
    return code


def _print_machine(folder: Path, as_json: bool) -> None:
    """On top of the table; JSON lines are results only, so there it goes to stderr."""
    text = machine.as_text(machine.describe(folder))
    print(f"machine: {text}", file=sys.stderr if as_json else sys.stdout, flush=True)
    if not as_json:
        print(heading(), flush=True)


def run_apart(benchmark: Benchmark, folder: Path, quick: bool, seconds: float) -> list[Result]:
    """The results of a benchmark that ran in a process of its own; raises :class:`Failed`."""
    scratch = folder / benchmark.name
    scratch.mkdir()
    output, log = folder / f"{benchmark.name}.out", folder / f"{benchmark.name}.log"
    command = [sys.executable, "-m", "benchmarks.single", benchmark.name, "--scratch", str(scratch)]
    command += ["--seconds", str(seconds), *(["--quick"] if quick else [])]
    limit_s = benchmark.timeout_s + seconds
    with output.open("wb") as out, log.open("wb") as err:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        try:
            code = process.wait(limit_s)
        except subprocess.TimeoutExpired:
            raise Failed(f"not done after {limit_s:g} s\n{_tail(log)}") from None
        finally:
            processes.stop(process)
    if code != 0:
        raise Failed(f"ended with {code}\n{_tail(log)}")
    return [from_json(json.loads(line)) for line in output.read_text().splitlines()]


def _environment() -> dict[str, str]:
    """The environment without the settings of the caller's own node: embedded defaults are measured."""
    return {name: value for name, value in os.environ.items() if not name.startswith("QFLOW_")}


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-LOG_LINES:])
