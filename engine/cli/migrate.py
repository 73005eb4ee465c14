"""``qflow migrate``: create or update the database's tables."""

from __future__ import annotations

import argparse

from engine.cli.boot import load_quiet_settings, refuse_remote, setup_django
from engine.cli.frame import FAILED, OK, Command
from engine.cli.output import print_json


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 where tables are behind")


def _run(args: argparse.Namespace) -> int:
    refuse_remote(args)
    settings = load_quiet_settings(args)
    setup_django(settings)
    from engine.cli.tables import ensure_tables, pending

    if args.check:
        behind = pending()
        print_json({"pending": behind}) if args.json else print("\n".join(behind) or "up to date")
        return FAILED if behind else OK
    changed = ensure_tables(settings)
    if args.json:
        print_json({"changed": changed})
    else:
        print("the tables are up to date" if changed else "the tables were up to date already")
    return OK


COMMANDS = {"migrate": Command(_configure, _run)}
