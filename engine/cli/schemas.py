"""``qflow schema``: JSON Schemas of flow formats and step types."""

from __future__ import annotations

import argparse

from engine.base.errors import UnknownObject
from engine.cli.frame import OK, Command
from engine.cli.output import print_json


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help="qflow, jsonflow, or a step type (default: list the names)"
    )


def _run(args: argparse.Namespace) -> int:
    from engine.flow.schemas import FORMATS, json_schema
    from engine.steps.registry import Registry

    registry = Registry()
    names = [*FORMATS, *sorted(registry.names())]
    if args.name is None:
        print_json(names) if args.json else print("\n".join(names))
    elif args.name in FORMATS:
        print_json(json_schema(args.name))
    elif args.name in names:
        print_json(registry.get(args.name).manifest.parameters.model_json_schema())
    else:
        raise UnknownObject(f"there is no schema {args.name!r}; there are: {', '.join(names)}")
    return OK


COMMANDS = {"schema": Command(_arguments, _run)}
