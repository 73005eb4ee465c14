"""``qflow start | executions | status | logs``: executions and where they stand."""

from __future__ import annotations

import argparse
from typing import Any

from engine.cli.door import Door, open_door
from engine.cli.frame import FAILED, OK, Command
from engine.cli.inputs import items_from, object_from
from engine.cli.output import note, print_fields, print_json, print_table, when

LOGS_PAGE = 1000
BAD_ENDS = ("failed", "aborted")


def _start_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("flow", metavar="FLOW_ID")
    parser.add_argument(
        "--context", metavar="FILE", help="a JSON file with inputData and variables, or plain input data"
    )
    parser.add_argument("--input", metavar="JSON", help="input: an object, an array of objects, or @FILE")
    parser.add_argument("--version", metavar="CID", help="a version; else the published one, or the newest")
    parser.add_argument(
        "--mode", choices=("production", "manual", "test"), help="default: production if published"
    )
    parser.add_argument("--step", metavar="STEP", help="the trigger or step to begin with")
    parser.add_argument("--id", help="an execution id, which makes the start idempotent")
    parser.add_argument("--wait", action="store_true", help="wait until it has ended or waits for someone")
    parser.add_argument(
        "--timeout", type=float, default=300.0, metavar="S", help="with --wait: seconds (300)"
    )


def _start(args: argparse.Namespace) -> int:
    door = open_door(args)
    body = {**_context(args), "step": args.step, "version": args.version, "id": args.id}
    body["mode"] = args.mode or _mode(args, door)
    body = {name: value for name, value in body.items() if value is not None}
    if args.wait:
        with door.at_work() as node:
            started = node.start(args.flow, body)
            node.await_rest(started["executionId"], args.timeout)
            return _tell(args, node, started["executionId"])
    started = door.start(args.flow, body)
    print_json(started) if args.json else print(started["executionId"])
    if hint := door.hint():
        note(hint)
    return OK


def _mode(args: argparse.Namespace, door: Door) -> str:
    """Production where the flow is published, unless a version is named."""
    return "production" if not args.version and door.show_flow(args.flow).get("published") else "manual"


def _context(args: argparse.Namespace) -> dict[str, Any]:
    given = object_from(f"@{args.context}" if args.context else None, "--context")
    known = "inputData" in given or "variables" in given
    items = items_from(args.input)
    if not items and (given.get("inputData") if known else given):
        items = [{"json": given.get("inputData", {}) if known else given}]
    return {"items": items or None, "variables": given.get("variables") if known else None}


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--flow", help="only executions of this flow")
    parser.add_argument(
        "--status", help="only those pending, running, paused, waiting, completed, failed, aborted"
    )
    parser.add_argument("--limit", type=int, default=50, metavar="N", help="at most N, newest first (50)")


def _list(args: argparse.Namespace) -> int:
    found = open_door(args).list_executions(args.flow, args.status, args.limit)
    if args.json:
        print_json(found)
        return OK
    rows = [
        (
            one["executionId"], one["flowId"], one["status"], one["triggerType"], one["currentStep"],
            when(one["startTime"]), (one.get("error") or {}).get("message"),
        )
        for one in found
    ]  # fmt: skip
    print_table(("id", "flow", "status", "by", "step", "started", "error"), rows, "no executions")
    return OK


def _id_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("execution", metavar="EXECUTION_ID")


def _status(args: argparse.Namespace) -> int:
    return _tell(args, open_door(args), args.execution, code=OK)


def _tell(args: argparse.Namespace, door: Door, execution: str, code: int | None = None) -> int:
    state = door.show_execution(execution)
    if args.json:
        print_json(state)
    else:
        _print_state(state)
    return (FAILED if state["status"] in BAD_ENDS else OK) if code is None else code


def _print_state(state: dict[str, Any]) -> None:
    error = state.get("error") or {}
    print_fields(
        {
            "execution": state["executionId"],
            "flow": state["flowId"],
            "status": state["status"],
            "step": state["currentStep"],
            "started": when(state["startTime"]),
            "ended": when(state["endTime"]),
            "completed": ", ".join(state["completedSteps"]),
            "failed": ", ".join(state["failedSteps"]),
            "error": f"{error['type']}: {error['message']}" if error else "",
        }
    )
    for wait in state.get("waiting", ()):
        until = f" until {when(wait['until'])}" if wait.get("until") else ""
        print(f"waiting    {wait['step']} for {wait['kind']}{until}  {wait.get('resumeUrl') or ''}".rstrip())


def _logs_arguments(parser: argparse.ArgumentParser) -> None:
    _id_argument(parser)
    parser.add_argument("--after", type=int, default=0, metavar="N", help="only what came after entry N")


def _logs(args: argparse.Namespace) -> int:
    door = open_door(args)
    after, shown = args.after, 0
    while lines := door.logs(args.execution, after, LOGS_PAGE):
        for line in lines:
            _print_line(line, args.json)
        shown, after = shown + len(lines), lines[-1]["sequence"]
    if not shown and not args.json:
        note("no entries")
    return OK


def _print_line(line: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(line, indent=None)
    else:
        print(f"{line['time'][11:23]}  {line['level']:<5}  {line['message']}")


COMMANDS = {
    "start": Command(_start_arguments, _start),
    "executions": Command(_list_arguments, _list),
    "status": Command(_id_argument, _status),
    "logs": Command(_logs_arguments, _logs),
}
