"""``qflow settings``: what is in force, with secrets hidden."""

from __future__ import annotations

import argparse

from engine.cli.boot import load_settings, refuse_remote
from engine.cli.frame import OK, Command
from engine.cli.output import print_fields, print_json
from engine.settings.view import effective


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limits", action="store_true", help="show the limits too")


def _run(args: argparse.Namespace) -> int:
    refuse_remote(args)
    settings = load_settings(args)
    values = effective(settings, limits=args.limits or args.json)
    print_json(values) if args.json else print_fields(values)
    return OK


COMMANDS = {"settings": Command(_configure, _run)}
