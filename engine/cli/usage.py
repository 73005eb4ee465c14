"""``qflow usage``: what a subnet used, day by day."""

from __future__ import annotations

import argparse
import sys

from engine.cli.boot import local_actor, open_world, refuse_remote
from engine.cli.frame import OK, Command
from engine.cli.output import print_json, print_table
from engine.usecases.usage import as_csv, rebuild_usage, shown, usage_of


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--from", dest="first", metavar="DAY", help="first day, as 2026-01-31 (default: 30 days)"
    )
    parser.add_argument("--to", dest="last", metavar="DAY", help="last day (default: today)")
    parser.add_argument("--csv", action="store_true", help="print comma-separated values")
    parser.add_argument("--rebuild", action="store_true", help="work it out anew from the journals first")


def _run(args: argparse.Namespace) -> int:
    refuse_remote(args)
    world, actor = open_world(args), local_actor(args)
    if args.rebuild:
        rebuild_usage(world, actor)
    days = usage_of(world, actor, args.subnet, args.first, args.last)
    if args.csv:
        sys.stdout.write(as_csv(days))
    elif args.json:
        print_json([shown(one) for one in days])
    else:
        rows = [tuple(shown(one).values()) for one in days]
        print_table(_HEADS, rows, "nothing was used")
    return OK


_HEADS = ("day", "executions", "steps", "fuel", "cpu s", "MiB s", "webhooks", "egress", "blocks", "stored")

COMMANDS = {"usage": Command(_configure, _run)}
