"""``python -m benchmarks.peers``: the 40-step job on Qflow, DBOS, Prefect and Celery, in turns.

Opt-in: it installs the peers from the package index into environments below ``build/peers``.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import machine
from benchmarks.peers.environments import PEERS, BuildFailed
from benchmarks.peers.rounds import ROOT, JobFailed, Size, Tally, measure


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; 0 done, 1 something failed, 2 wrong usage."""
    args = _parse(argv)
    size = Size(args.steps, args.repeat, rounds=args.rounds)
    chosen = [PEERS[name] for name in args.only or PEERS]
    try:
        tallies = measure(chosen, args.environments, size)
    except (BuildFailed, JobFailed) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    base = next((tally for tally in tallies if tally.peer.name == "qflow"), None)
    if args.json:
        for tally in tallies:
            print(json.dumps(tally.as_json(base)))
    else:
        print(table(tallies, base, size))
    return 0


def table(tallies: Sequence[Tally], base: Tally | None, size: Size) -> str:
    """The Markdown table of ``docs/benchmarks.md``."""
    about = machine.as_text(machine.describe(Path(tempfile.gettempdir())))
    lines = [
        f"{size.steps} steps, median of {size.rounds} rounds of {size.repeat} jobs, in turns; {about}.",
        "",
        "| system | version | ms a job | times Qflow's | how |",
        "|---|---|---|---|---|",
    ]
    for tally in tallies:
        ratio = f"{tally.ratio(base):.2f}" if base else ""
        lines.append(f"| {tally.peer.name} | {tally.version} | {tally.ms:.1f} | {ratio} | {tally.note} |")
    return "\n".join(lines)


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PEERS, metavar="PEER", help=f"of {', '.join(PEERS)}")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=10, help="timed jobs a round")
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--environments", type=Path, default=ROOT / "build" / "peers", metavar="DIR")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
