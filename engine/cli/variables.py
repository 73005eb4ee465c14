"""``qflow variables``: texts that all flows of a subnet read as ``$vars.NAME``."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from engine.base.errors import InvalidInput
from engine.cli.boot import local_actor, open_world, refuse_remote
from engine.cli.frame import FAILED, OK, Command, shared_again
from engine.cli.inputs import object_from
from engine.cli.output import note, print_json, print_table
from engine.usecases.world import World


def _configure(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|set|delete|import")
    shared = [shared_again()]
    verbs.add_parser("list", parents=shared, help="list the variables with their values")
    put = verbs.add_parser("set", parents=shared, help="store a variable; it is no secret")
    put.add_argument("name", metavar="NAME")
    put.add_argument("value", metavar="VALUE")
    verbs.add_parser("delete", parents=shared, help="forget one").add_argument("name", metavar="NAME")
    many = verbs.add_parser("import", parents=shared, help="store those that are not there yet")
    many.add_argument(
        "values", metavar="JSON", help="an object of texts; @FILE reads a file, @- standard input"
    )


def _run(args: argparse.Namespace) -> int:
    refuse_remote(args)
    verbs = {"list": _list, "set": _set, "delete": _delete, "import": _import}
    return verbs[args.verb](open_world(args), args)


def _list(world: World, args: argparse.Namespace) -> int:
    from engine.usecases.manage_variables import list_variables

    found = {one.name: one.value for one in list_variables(world, local_actor(args))}
    if args.json:
        print_json(found)
    else:
        print_table(
            ("name", "value"), list(found.items()), "no variables; set one: qflow variables set NAME VALUE"
        )
    return OK


def _set(world: World, args: argparse.Namespace) -> int:
    from engine.usecases.manage_variables import set_variable

    set_variable(world, local_actor(args), args.name, args.value)
    note(f"variable {args.name} is set")
    return OK


def _delete(world: World, args: argparse.Namespace) -> int:
    from engine.usecases.manage_variables import delete_variable

    delete_variable(world, local_actor(args), args.name)
    note(f"variable {args.name} is forgotten")
    return OK


def _import(world: World, args: argparse.Namespace) -> int:
    from engine.usecases.manage_variables import add_variables

    found: Mapping[str, Any] = object_from(args.values, "JSON")
    if not all(isinstance(value, str) for value in found.values()):
        raise InvalidInput("the values of variables must be texts")
    told = add_variables(world, local_actor(args), found)
    if args.json:
        print_json(told)
    else:
        print_table(("name", "what came of it"), list(told.items()), "no variables")
    return OK if set(told.values()) <= {"added", "kept"} else FAILED


COMMANDS = {"variables": Command(_configure, _run)}
