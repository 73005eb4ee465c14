"""``qflow sandbox``: violations of the sandbox's limits, and what is in quarantine for them."""

from __future__ import annotations

import argparse

from engine.cli.door import Door, open_door
from engine.cli.frame import OK, Command, shared_again
from engine.cli.output import note, print_json, print_table


def _configure(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="violations|quarantine")
    shared = [shared_again()]
    violations = verbs.add_parser(
        "violations", parents=shared, help="the times that guest code crossed a limit, newest first"
    )
    violations.add_argument("--flow", metavar="ID", help="only those of one flow")
    violations.add_argument("--code", metavar="CID", help="only those of one code")
    violations.add_argument("--limit", type=int, default=50, help="how many at most (default: 50)")
    quarantine = verbs.add_parser("quarantine", help="what is not run any more, and how to end that")
    what = quarantine.add_subparsers(dest="what", required=True, metavar="list|lift")
    what.add_parser("list", parents=shared, help="flows and code in quarantine")
    lift = what.add_parser("lift", parents=shared, help="let a flow or code run again")
    lift.add_argument("subject", metavar="FLOW_ID|CODE_CID")


def _run(args: argparse.Namespace) -> int:
    verbs = {"violations": _violations, "list": _list, "lift": _lift}
    verbs[getattr(args, "what", args.verb)](open_door(args), args)
    return OK


def _violations(door: Door, args: argparse.Namespace) -> None:
    found = door.violations(args.flow, args.code, args.limit)
    if args.json:
        print_json(found)
        return
    rows = [
        (one["at"], one["flowId"], one["stepId"], one["limit"], one["message"], one["codeCid"])
        for one in found
    ]
    print_table(("at", "flow", "step", "limit", "message", "code"), rows, "no violations of the sandbox")


def _list(door: Door, args: argparse.Namespace) -> None:
    found = door.quarantine()
    if args.json:
        print_json(found)
        return
    rows = [(one["kind"], one["subject"], one["since"], one["reason"]) for one in found]
    print_table(("kind", "subject", "since", "reason"), rows, "nothing is in quarantine")


def _lift(door: Door, args: argparse.Namespace) -> None:
    lifted = door.lift_quarantine(args.subject)
    if args.json:
        print_json(lifted)
    else:
        note(f"{lifted['kind']} {lifted['subject']} may run again")


COMMANDS = {"sandbox": Command(_configure, _run)}
