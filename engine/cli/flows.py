"""``qflow create | list | show | update | delete | validate``: flows and their definitions."""

from __future__ import annotations

import argparse
from pathlib import PurePath
from typing import Any

from engine.cli.boot import local_actor, open_world, refuse_remote
from engine.cli.door import open_door
from engine.cli.frame import OK, WRONG, Command
from engine.cli.inputs import read_file
from engine.cli.output import note, print_fields, print_json, print_table, short, when

SHOWN = ("id", "name", "description", "owner", "revision", "published", "archived", "createdAt", "updatedAt")


def _create_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FLOW_FILE", help="a definition, JSON or YAML; - reads standard input"
    )
    parser.add_argument("-m", "--message", default="", help="a line for the history")
    parser.add_argument("--publish", action="store_true", help="publish it at once")


def _create(args: argparse.Namespace) -> int:
    door = open_door(args)
    flow = door.create_flow(read_file(args.file), PurePath(args.file).name, args.message)
    if args.publish:
        flow = door.publish(flow["id"], "draft")
    return _saved(args, flow, f"created flow {flow['id']}")


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tag", help="only flows with this tag")
    parser.add_argument("--text", help="only flows with this text in id, name or description")
    parser.add_argument("--archived", action="store_true", help="only archived flows")


def _list(args: argparse.Namespace) -> int:
    flows = open_door(args).list_flows(args.tag, args.text, args.archived)
    if args.json:
        print_json(flows)
        return OK
    rows = [
        (
            flow["id"],
            flow["name"],
            "yes" if flow.get("published") else "",
            short(flow.get("revision") or ""),
            when(flow.get("updatedAt")),
        )
        for flow in flows
    ]
    print_table(
        ("id", "name", "published", "revision", "updated"), rows, "no flows; make one: qflow create FILE"
    )
    return OK


def _show_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("flow", metavar="FLOW_ID")
    parser.add_argument(
        "--version", default="draft", metavar="V", help="draft, published, a CID, a number or a tag"
    )
    parser.add_argument("--definition", action="store_true", help="only the definition, as YAML")


def _show(args: argparse.Namespace) -> int:
    door = open_door(args)
    if args.definition and not args.json:
        print(door.definition(args.flow, args.version), end="")
        return OK
    flow = door.show_flow(args.flow, args.version)
    if args.json:
        print_json(flow)
        return OK
    print_fields({name: flow.get(name) for name in SHOWN})
    print(f"\n{door.definition(args.flow, args.version)}", end="")
    return OK


def _update_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("flow", metavar="FLOW_ID")
    parser.add_argument(
        "file", metavar="FLOW_FILE", help="a definition, JSON or YAML; - reads standard input"
    )
    parser.add_argument("-m", "--message", default="", help="a line for the history")
    parser.add_argument(
        "--revision",
        help="the revision the file was made from; where someone saved a newer one, it is refused",
    )
    parser.add_argument("--publish", action="store_true", help="publish it at once")


def _update(args: argparse.Namespace) -> int:
    door = open_door(args)
    revision = args.revision or door.show_flow(args.flow)["revision"]
    flow = door.update_flow(args.flow, read_file(args.file), revision, args.message)
    if args.publish:
        flow = door.publish(flow["id"], "draft")
    return _saved(args, flow, f"saved flow {flow['id']}")


def _saved(args: argparse.Namespace, flow: dict[str, Any], told: str) -> int:
    if args.json:
        print_json(flow)
    else:
        state = ", published" if flow.get("published") == flow["revision"] else ""
        print(f"{told} (revision {flow['revision']}{state})")
    return OK


def _delete_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("flow", metavar="FLOW_ID")


def _delete(args: argparse.Namespace) -> int:
    open_door(args).delete_flow(args.flow)
    note(f"deleted flow {args.flow}; its executions stay until their retention is over")
    return OK


def _validate_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FLOW_FILE", help="definitions, JSON or YAML")


def _validate(args: argparse.Namespace) -> int:
    refuse_remote(args)
    world = open_world(args)
    from engine.usecases.validate_flow import validate_flow

    code, reports = OK, []
    for path in args.files:
        parsed = validate_flow(world, local_actor(args), read_file(path), name=PurePath(path).name)
        code = max(code, OK if parsed.flow else WRONG)
        problems = [problem.as_json() for problem in parsed.problems]
        version = parsed.flow.version if parsed.flow else None
        reports.append(
            {"file": path, "valid": parsed.flow is not None, "version": version, "problems": problems}
        )
        if not args.json:
            print(f"{path}: {'valid' if parsed.flow else 'INVALID'}")
            for problem in parsed.problems:
                print(f"  {problem.severity}: {problem}")
    if args.json:
        print_json(reports)
    return code


COMMANDS = {
    "create": Command(_create_arguments, _create),
    "list": Command(_list_arguments, _list),
    "show": Command(_show_arguments, _show),
    "update": Command(_update_arguments, _update),
    "delete": Command(_delete_arguments, _delete),
    "validate": Command(_validate_arguments, _validate),
}
