"""``qflow checkpoint | fork | replay``: executions from a point in their past."""

from __future__ import annotations

import argparse

from engine.base.errors import InvalidInput
from engine.cli.boot import local_actor, open_world, refuse_remote
from engine.cli.frame import OK, Command
from engine.cli.inputs import object_from
from engine.cli.output import note, print_json, print_table, when
from engine.usecases.world import World


def _checkpoint_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("execution", metavar="EXECUTION_ID")
    parser.add_argument("--label", default="", help="a name for the new checkpoint")
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--list", action="store_true", help="list the checkpoints instead")
    group.add_argument("--restore", metavar="CHECKPOINT_ID", help="go back to this checkpoint instead")


def _checkpoint(args: argparse.Namespace) -> int:
    refuse_remote(args)
    world, actor = open_world(args), local_actor(args)
    from engine.usecases.checkpoints import create_checkpoint, list_checkpoints, restore_checkpoint

    if args.list:
        found = list_checkpoints(world, actor, args.execution)
        if args.json:
            print_json(found)
            return OK
        rows = [(one["id"], one["label"], when(one["at_us"]), one["sequence"]) for one in found]
        print_table(("id", "label", "created", "entry"), rows, "no checkpoints")
        return OK
    if args.restore:
        restore_checkpoint(world, actor, args.execution, args.restore)
        return _told(args, world, {"restored": args.restore}, f"will go back to {args.restore}")
    made = create_checkpoint(world, actor, args.execution, args.label)
    return _told(args, world, {"checkpoint": made}, made)


def _fork_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("execution", metavar="EXECUTION_ID")
    point = parser.add_mutually_exclusive_group(required=True)
    point.add_argument("--step", help="go on before this step's last run (or --run)")
    point.add_argument("--checkpoint", metavar="CHECKPOINT_ID", help="go on from this checkpoint")
    parser.add_argument("--run", type=int, metavar="N", help="which run of the step, from 0")
    parser.add_argument(
        "--edit", metavar="JSON", help='items that stand in for outputs: {"step": [{"json": {}}]}, or @FILE'
    )
    parser.add_argument(
        "--version", metavar="V", help="go on with another version: a CID, published or draft"
    )


def _fork(args: argparse.Namespace) -> int:
    refuse_remote(args)
    world = open_world(args)
    from engine.usecases.fork_execution import ForkRequest, fork_execution

    edits = object_from(args.edit, "--edit")
    if not all(isinstance(items, list) for items in edits.values()):
        raise InvalidInput("--edit must hold an array of items per step")
    request = ForkRequest(args.execution, args.step, args.run, args.checkpoint, edits, args.version)
    started = fork_execution(world, local_actor(args), request)
    return _told(args, world, {"executionId": started.execution}, started.execution)


def _replay_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("execution", metavar="EXECUTION_ID")
    parser.add_argument("--version", metavar="V", help="by another version: a CID, published or draft")


def _replay(args: argparse.Namespace) -> int:
    refuse_remote(args)
    world = open_world(args)
    from engine.usecases.fork_execution import replay_execution

    started = replay_execution(world, local_actor(args), args.execution, args.version)
    return _told(args, world, {"executionId": started.execution}, started.execution)


def _told(args: argparse.Namespace, world: World, value: dict[str, str], text: str) -> int:
    from engine.cli.local_door import LocalDoor

    print_json(value) if args.json else print(text)
    if hint := LocalDoor(world, local_actor(args)).hint():
        note(hint)
    return OK


COMMANDS = {
    "checkpoint": Command(_checkpoint_arguments, _checkpoint),
    "fork": Command(_fork_arguments, _fork),
    "replay": Command(_replay_arguments, _replay),
}
