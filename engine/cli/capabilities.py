"""``qflow capabilities``: what steps may reach, what they reached, and how to stop it."""

from __future__ import annotations

import argparse
from typing import Any

import orjson

from engine.base.errors import InvalidInput
from engine.cli.door import Door, open_door
from engine.cli.frame import OK, Command, shared_again
from engine.cli.output import note, print_json, print_table


def _configure(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="show|allow|forbid|uses|revoke")
    shared = [shared_again()]
    verbs.add_parser("show", parents=shared, help="the ceilings of the policy, numbered")
    allow = verbs.add_parser("allow", parents=shared, help="add a ceiling to the policy")
    allow.add_argument(
        "ceiling", metavar="JSON", help='as in {"operation": "http", "host": "api.example.com"}'
    )
    forbid = verbs.add_parser("forbid", parents=shared, help="take a ceiling out of the policy")
    forbid.add_argument("number", type=int, metavar="N", help="its number, as show prints it")
    uses = verbs.add_parser("uses", parents=shared, help="the audit: every use of a token, newest first")
    uses.add_argument("--execution", metavar="ID", help="only those of one execution")
    uses.add_argument("--of", metavar="TOKEN_ID", help="only those of one token")
    only = uses.add_mutually_exclusive_group()
    only.add_argument("--allowed", action="store_const", const=True, default=None, help="only allowed ones")
    only.add_argument("--denied", action="store_const", const=False, dest="allowed", help="only denied ones")
    uses.add_argument("--limit", type=int, default=50, help="how many at most (default: 50)")
    revoke = verbs.add_parser("revoke", parents=shared, help="refuse a token from now on")
    revoke.add_argument("id", metavar="TOKEN_ID")
    revoke.add_argument("--reason", default="", help="why, for the record")


def _run(args: argparse.Namespace) -> int:
    verbs = {"show": _show, "allow": _allow, "forbid": _forbid, "uses": _uses, "revoke": _revoke}
    verbs[args.verb](open_door(args), args)
    return OK


def _show(door: Door, args: argparse.Namespace) -> None:
    found = door.capability_ceilings()
    if args.json:
        print_json(found)
        return
    rows = [(number, each["operation"], _rest(each)) for number, each in enumerate(found["ceilings"], 1)]
    nothing = f"the policy of subnet {found['subnet']!r} (revision {found['policyRevision']}) allows nothing"
    print_table(("number", "operation", "bounds"), rows, nothing)


def _allow(door: Door, args: argparse.Namespace) -> None:
    try:
        ceiling = orjson.loads(args.ceiling)
    except orjson.JSONDecodeError as error:
        raise InvalidInput(f"the ceiling is not JSON: {error}") from error
    door.put_capability_ceilings([*door.capability_ceilings()["ceilings"], ceiling])
    _show(door, args)


def _forbid(door: Door, args: argparse.Namespace) -> None:
    ceilings = door.capability_ceilings()["ceilings"]
    if not 1 <= args.number <= len(ceilings):
        raise InvalidInput(f"there is no ceiling {args.number}; see: qflow capabilities show")
    del ceilings[args.number - 1]
    door.put_capability_ceilings(ceilings)
    _show(door, args)


def _uses(door: Door, args: argparse.Namespace) -> None:
    found = door.capability_uses(args.execution, args.of, args.allowed, args.limit)
    if args.json:
        print_json(found)
        return
    rows = [
        (
            use["at"],
            "allowed" if use["allowed"] else "denied",
            use["stepId"],
            _asked(use),
            use["reason"],
            use["token"],
        )
        for use in found
    ]
    print_table(("at", "", "step", "use", "reason", "token"), rows, "no uses of capability tokens")


def _revoke(door: Door, args: argparse.Namespace) -> None:
    door.revoke_capability(args.id, args.reason)
    note(f"capability token {args.id} is refused from now on")


def _asked(use: dict[str, Any]) -> str:
    return " ".join([str(use["operation"]), *(str(value) for value in use["arguments"].values())])


def _rest(ceiling: dict[str, Any]) -> str:
    return orjson.dumps(
        {name: value for name, value in ceiling.items() if name != "operation" and value is not None}
    ).decode()


COMMANDS = {"capabilities": Command(_configure, _run)}
