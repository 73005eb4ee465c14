"""``python -m benchmarks.single NAME``: one benchmark in this process; prints its results as JSON lines.

The runner starts one such process a benchmark, so that none finds another's threads and memory.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchmarks import processes
from benchmarks.frame import Options
from benchmarks.registry import REGISTRY


def main(argv: list[str]) -> int:
    """Run it and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.single")
    parser.add_argument("name", choices=REGISTRY)
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--quick", action="store_true")
    args = parser.parse_args(argv)
    processes.end_on_signal()
    for result in REGISTRY[args.name].run(Options(args.scratch, args.quick, args.seconds)):
        print(json.dumps(result.as_json()), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
