"""``qflow bench``: the benchmarks."""

from __future__ import annotations

import argparse
from importlib import import_module

from engine.base.errors import InvalidInput
from engine.cli.boot import refuse_remote
from engine.cli.frame import Command


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="benchmarks to run (default: all)")
    parser.add_argument("--list", action="store_true", help="list the benchmarks")
    parser.add_argument("--quick", action="store_true", help="few samples: does it work at all?")
    parser.add_argument("--seconds", type=float, metavar="S", help="seconds of load in throughput (10)")


def _run(args: argparse.Namespace) -> int:
    refuse_remote(args)
    try:
        main = import_module("benchmarks.main").main
    except ModuleNotFoundError as error:
        if not str(error.name).startswith("benchmarks"):
            raise
        raise InvalidInput("the benchmarks are not installed; run this in a checkout of Qflow") from error
    flags = [f"--{name}" for name in ("json", "list", "quick") if getattr(args, name)]
    seconds = [] if args.seconds is None else ["--seconds", str(args.seconds)]
    words = [*args.names, *flags, *seconds]
    return int(main(words) or 0)


COMMANDS = {"bench": Command(_configure, _run)}
