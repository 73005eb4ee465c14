"""``qflow blocks``: the blocks of a subnet."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from engine.cli.boot import local_actor, open_world, refuse_remote
from engine.cli.frame import FAILED, OK, Command, shared_again
from engine.cli.output import note, print_json, print_table
from engine.usecases.keep_blocks import GRACE_US, block_status, collect_blocks, repair_blocks

MINUTE_US = 60_000_000


def _configure(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="status|repair|gc")
    shared = [shared_again()]
    verbs.add_parser("status", parents=shared, help="how many there are, and how many lie elsewhere, too")
    verbs.add_parser("repair", parents=shared, help="check all, and fetch what is missing or broken")
    collect = verbs.add_parser("gc", parents=shared, help="drop those that nothing names any more")
    collect.add_argument(
        "--grace-minutes",
        type=int,
        default=GRACE_US // MINUTE_US,
        metavar="N",
        help="keep what is younger (default: 60); fewer is safe only where nothing runs",
    )


def _run(args: argparse.Namespace) -> int:
    refuse_remote(args)
    return {"status": _status, "repair": _repair, "gc": _collect}[args.verb](args)


def _status(args: argparse.Namespace) -> int:
    found = block_status(open_world(args), local_actor(args))
    if args.json:
        print_json(found)
        return OK
    rows = [(name, str(amount["blocks"]), str(amount["bytes"])) for name, amount in found["spread"].items()]
    print_table(("spread", "blocks", "bytes"), rows, "no blocks")
    for one in found["waiting"]:
        note(f"{one['cid']} waits after {one['attempts']} attempts: {one['error']}")
    return OK


def _repair(args: argparse.Namespace) -> int:
    found = repair_blocks(open_world(args), local_actor(args))
    if args.json:
        print_json(asdict(found))
    else:
        print(f"{found.checked} checked, {found.mended} mended, {found.queued} to be replicated again")
        for cid in found.lost:
            print(f"lost: {cid} is whole nowhere; restore it from a backup")
    return FAILED if found.lost else OK


def _collect(args: argparse.Namespace) -> int:
    found = collect_blocks(open_world(args), local_actor(args), args.grace_minutes * MINUTE_US)
    if args.json:
        print_json(asdict(found))
    else:
        files = f" and {found.orphans} files that no block names" if found.orphans else ""
        print(f"dropped {found.dropped} blocks of {found.freed_bytes} bytes{files}; {found.kept} are kept")
    return OK


COMMANDS = {"blocks": Command(_configure, _run)}
