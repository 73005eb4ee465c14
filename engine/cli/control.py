"""``qflow pause | resume | abort``: control over a running execution."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from engine.cli.door import open_door
from engine.cli.frame import OK, Command
from engine.cli.output import note, print_json

TOLD = {
    "pause": "will be paused: steps in flight finish, nothing new starts",
    "resume": "will go on",
    "abort": "will be aborted",
}


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("execution", metavar="EXECUTION_ID")
    parser.add_argument("--reason", default="", help="a line for the journal")


def _control(verb: str) -> Callable[[argparse.Namespace], int]:
    def run(args: argparse.Namespace) -> int:
        door = open_door(args)
        state = door.control(args.execution, verb, args.reason)
        print_json(state) if args.json else print(f"{args.execution} {TOLD[verb]}")
        if hint := door.hint():
            note(hint)
        return OK

    return run


COMMANDS = {verb: Command(_arguments, _control(verb)) for verb in TOLD}
