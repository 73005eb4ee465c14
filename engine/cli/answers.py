"""``qflow approve | answer | trigger``: what waiting steps and listening flows are told."""

from __future__ import annotations

import argparse
from typing import Any

from engine.cli.boot import local_actor, open_world, refuse_remote
from engine.cli.frame import OK, Command
from engine.cli.inputs import object_from, read_json
from engine.cli.output import note, print_json


def _approve_arguments(parser: argparse.ArgumentParser) -> None:
    _step_arguments(parser)
    parser.add_argument("--reject", action="store_true", help="say no instead")
    parser.add_argument("--comment", default="", help="a line for the flow and the journal")


def _step_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("execution", metavar="EXECUTION_ID")
    parser.add_argument("step", metavar="STEP", help="the id of the step that waits, or its task number")


def _approve(args: argparse.Namespace) -> int:
    payload = {"approved": not args.reject, "comment": args.comment}
    return _answered(args, payload, "approval", "rejected" if args.reject else "approved")


def _answer_arguments(parser: argparse.ArgumentParser) -> None:
    _step_arguments(parser)
    parser.add_argument("--data", metavar="JSON", help="the answer, an object, or @FILE")
    parser.add_argument(
        "--kind", choices=("approval", "webhook"), default="webhook", help="what it waits for"
    )


def _answer(args: argparse.Namespace) -> int:
    return _answered(args, object_from(args.data, "--data"), args.kind, "answered")


def _answered(args: argparse.Namespace, payload: dict[str, Any], kind: str, told: str) -> int:
    refuse_remote(args)
    world = open_world(args)
    from engine.cli.local_door import LocalDoor
    from engine.usecases.answer_wait import answer_wait

    task = int(args.step) if args.step.isdigit() else args.step
    answer_wait(world, local_actor(args), args.execution, task, payload, kind)
    door = LocalDoor(world, local_actor(args))
    print_json(door.show_execution(args.execution)) if args.json else print(f"{args.step} is {told}")
    if hint := door.hint():
        note(hint)
    return OK


def _trigger_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("type", metavar="EVENT_TYPE", help="such as orders.created")
    parser.add_argument("--data", metavar="JSON", default="{}", help="the event's data, or @FILE")
    parser.add_argument("--subject", default="", help="what the event is about")
    parser.add_argument("--id", help="the event's id; a second event with it changes nothing")


def _trigger(args: argparse.Namespace) -> int:
    refuse_remote(args)
    world = open_world(args)
    from engine.cli.local_door import LocalDoor
    from engine.usecases.publish_event import publish_event

    data = read_json(args.data, "--data")
    done = publish_event(world, local_actor(args), args.type, data, args.subject, args.id)
    if args.json:
        print_json(done)
    else:
        print(f"started {len(done['started'])}, resumed {len(done['resumed'])}")
        print("".join(f"  {execution}\n" for execution in [*done["started"], *done["resumed"]]), end="")
    hint = LocalDoor(world, local_actor(args)).hint()
    if hint and (done["started"] or done["resumed"]):
        note(hint)
    return OK


COMMANDS = {
    "approve": Command(_approve_arguments, _approve),
    "answer": Command(_answer_arguments, _answer),
    "trigger": Command(_trigger_arguments, _trigger),
}
