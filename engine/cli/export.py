"""``qflow export``: an execution's bundle."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from engine.base.errors import InvalidInput
from engine.cli.boot import local_actor, open_world, refuse_remote
from engine.cli.frame import OK, Command
from engine.cli.output import note


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("execution", metavar="EXECUTION_ID")
    parser.add_argument("-o", "--output", metavar="BUNDLE", help="file to write (default: standard output)")


def _run(args: argparse.Namespace) -> int:
    refuse_remote(args)
    world = open_world(args)
    from engine.usecases.export_execution import export_execution

    bundle = export_execution(world, local_actor(args), args.execution)
    text = json.dumps(bundle, ensure_ascii=False, indent=2) + "\n"
    if not args.output:
        print(text, end="")
        return OK
    try:
        Path(args.output).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"cannot write {args.output}: {error.strerror}") from error
    note(f"wrote {len(bundle['entries'])} entries to {args.output}")
    return OK


COMMANDS = {"export": Command(_configure, _run)}
