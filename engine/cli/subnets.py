"""``qflow subnet``: the subnets (tenants) of a node."""

from __future__ import annotations

import argparse

from engine.cli.boot import local_actor, open_world, refuse_remote
from engine.cli.frame import OK, Command, shared_again
from engine.cli.output import print_json, print_table, when
from engine.ports.access_store import Subnet
from engine.usecases.manage_subnets import create_subnet, list_subnets, show_subnet
from engine.web.rest.execution_views import time_of


def _configure(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="create|list|show")
    shared = [shared_again()]
    create = verbs.add_parser("create", parents=shared, help="make a subnet with the default policy")
    create.add_argument("id", metavar="ID", help="lower-case letters, digits and hyphens")
    create.add_argument("--name", default="", help="for people (default: the id)")
    verbs.add_parser("list", parents=shared, help="list the subnets")
    show = verbs.add_parser("show", parents=shared, help="show a subnet")
    show.add_argument("id", metavar="ID")


def _run(args: argparse.Namespace) -> int:
    refuse_remote(args)
    world = open_world(args)
    actor = local_actor(args)
    if args.verb == "list":
        found = list_subnets(world, actor)
    elif args.verb == "show":
        found = [show_subnet(world, actor, args.id)]
    else:
        found = [create_subnet(world, actor, args.id, args.name)]
    return _shown(found, args)


def _shown(found: list[Subnet], args: argparse.Namespace) -> int:
    told = [{"id": one.id, "name": one.name, "createdAt": time_of(one.created_us)} for one in found]
    if args.json:
        print_json(told if args.verb == "list" else told[0])
        return OK
    rows = [(one["id"], one["name"], when(one["createdAt"])) for one in told]
    print_table(("subnet", "name", "created"), rows, "no subnets")
    return OK


COMMANDS = {"subnet": Command(_configure, _run)}
