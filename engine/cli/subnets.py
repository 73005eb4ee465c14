"""``qflow subnet``: the subnets (tenants) of a node."""

from __future__ import annotations

import argparse

from engine.cli.boot import local_actor, open_world, refuse_remote
from engine.cli.frame import OK, Command, shared_again
from engine.cli.output import print_json, print_table, when
from engine.ports.access_store import Principal, Subnet
from engine.usecases.manage_subnets import create_subnet, list_subnets, show_subnet
from engine.usecases.subnet_life import delete_subnet, resume_subnet, suspend_subnet
from engine.usecases.world import World
from engine.web.rest.subnet_views import subnet_of


def _configure(parser: argparse.ArgumentParser) -> None:
    metavar = "create|list|show|suspend|resume|delete"
    verbs = parser.add_subparsers(dest="verb", required=True, metavar=metavar)
    shared = [shared_again()]
    create = verbs.add_parser("create", parents=shared, help="make a subnet with the default policy")
    create.add_argument("id", metavar="ID", help="lower-case letters, digits and hyphens")
    create.add_argument("--name", default="", help="for people (default: the id)")
    verbs.add_parser("list", parents=shared, help="list the subnets")
    for verb, told in (
        ("show", "show a subnet"),
        ("suspend", "let nothing start in a subnet; what runs pauses before its next step"),
        ("resume", "let a suspended subnet go on"),
        ("delete", "halt a subnet, and erase its keys and contents for good"),
    ):
        of_one = verbs.add_parser(verb, parents=shared, help=told)
        of_one.add_argument("id", metavar="ID")
        if verb == "suspend":
            of_one.add_argument("--reason", required=True, help="told to callers of its webhooks")
        if verb == "delete":
            of_one.add_argument("--yes", action="store_true", required=True, help="it cannot be undone")


def _run(args: argparse.Namespace) -> int:
    refuse_remote(args)
    world = open_world(args)
    return _shown(world, _done(world, local_actor(args), args), args)


def _done(world: World, actor: Principal, args: argparse.Namespace) -> list[Subnet]:
    if args.verb == "list":
        return list_subnets(world, actor)
    if args.verb == "create":
        return [create_subnet(world, actor, args.id, args.name)]
    if args.verb == "suspend":
        return [suspend_subnet(world, actor, args.id, args.reason)]
    change = {"show": show_subnet, "resume": resume_subnet, "delete": delete_subnet}[args.verb]
    return [change(world, actor, args.id)]


def _shown(world: World, found: list[Subnet], args: argparse.Namespace) -> int:
    told = [subnet_of(world, one) for one in found]
    if args.json:
        print_json(told if args.verb == "list" else told[0])
        return OK
    rows = [(one["id"], one["name"], when(one["createdAt"]), one["state"], one["reason"]) for one in told]
    print_table(("subnet", "name", "created", "state", "reason"), rows, "no subnets")
    return OK


COMMANDS = {"subnet": Command(_configure, _run)}
