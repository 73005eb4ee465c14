"""``qflow publish | unpublish | archive``: which flows are in force."""

from __future__ import annotations

import argparse

from engine.cli.boot import local_actor, open_world, refuse_remote
from engine.cli.door import open_door
from engine.cli.frame import OK, Command
from engine.cli.output import print_json


def _publish_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("flow", metavar="FLOW_ID")
    parser.add_argument(
        "--version", default="draft", metavar="V", help="draft (the newest), a CID, a number or a tag"
    )


def _publish(args: argparse.Namespace) -> int:
    flow = open_door(args).publish(args.flow, args.version)
    print_json(flow) if args.json else print(f"published {args.flow} in version {flow['published']}")
    return OK


def _flow_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("flow", metavar="FLOW_ID")


def _unpublish(args: argparse.Namespace) -> int:
    flow = open_door(args).unpublish(args.flow)
    print_json(flow) if args.json else print(f"{args.flow} is out of production; what runs goes on")
    return OK


def _archive_arguments(parser: argparse.ArgumentParser) -> None:
    _flow_argument(parser)
    parser.add_argument("--undo", action="store_true", help="take it out of the archive again")


def _archive(args: argparse.Namespace) -> int:
    refuse_remote(args)
    world = open_world(args)
    from engine.usecases.archive_flow import archive_flow
    from engine.web.rest.flow_views import record_of

    record = archive_flow(world, local_actor(args), args.flow, not args.undo)
    told = "out of the archive; publish it to put it in force" if args.undo else "archived"
    print_json(record_of(record)) if args.json else print(f"{args.flow} is {told}")
    return OK


COMMANDS = {
    "publish": Command(_publish_arguments, _publish),
    "unpublish": Command(_flow_argument, _unpublish),
    "archive": Command(_archive_arguments, _archive),
}
