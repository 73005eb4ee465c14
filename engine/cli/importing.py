"""``qflow import``: other systems' workflows become flows, and a report says what differs."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from engine.base.errors import QflowError
from engine.cli.boot import load_settings, local_actor, open_world, refuse_remote
from engine.cli.frame import FAILED, OK, WRONG, Command
from engine.cli.inputs import read_file
from engine.cli.output import print_json

if TYPE_CHECKING:
    from engine.usecases.import_flows import Arrival
    from engine.usecases.world import World

ISSUES_SHOWN = 20


@dataclass(slots=True)
class Report:
    """What became of one file."""

    file: str
    error: str = ""
    wrong: bool = False  # the file, not the node, is to blame
    arrivals: list[Arrival] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The line of ``--json``."""
        imported = [arrival.imported for arrival in self.arrivals]
        issues = [dict(issue) for one in imported for issue in one.issues]
        told = {
            "file": self.file,
            "ok": not self.error,
            "nodes": sum(one.nodes for one in imported),
            "runnable": sum(one.runnable for one in imported),
            "issues": issues or ([{"severity": "error", "message": self.error}] if self.error else []),
        }
        return {**told, "flows": [_flow(arrival) for arrival in self.arrivals]}

    def lines(self) -> Iterator[str]:
        """The report for people."""
        if self.error:
            yield f"{self.file}: {self.error}"
        for arrival in self.arrivals:
            one = arrival.imported
            counted = f"{one.runnable} of {one.nodes} nodes run"
            published = ", published" if arrival.published else ""
            yield f"{self.file}: {arrival.action} {one.flow.id} ({counted}{published})"
            yield from (f"  changed: {line}" for line in _changes(arrival))
            for issue in one.issues[:ISSUES_SHOWN]:
                yield f"  {issue['severity']}: {issue['node']}: {issue['message']} (see {issue['help']})"
            if len(one.issues) > ISSUES_SHOWN:
                yield f"  and {len(one.issues) - ISSUES_SHOWN} more; see them all with --json"


def _flow(arrival: Arrival) -> dict[str, Any]:
    flow = arrival.imported.flow
    told = {"id": flow.id, "name": flow.name, "version": flow.version, "action": arrival.action}
    changed = {"diff": arrival.diff.as_json()} if arrival.diff is not None else {}
    return {**told, "active": arrival.imported.active, "published": arrival.published, **changed}


def _changes(arrival: Arrival) -> list[str]:
    if arrival.diff is None:
        return []
    diff = arrival.diff
    lines = [f"step {step} is new" for step in diff.steps_added]
    lines += [f"step {step} is gone" for step in diff.steps_removed]
    lines += [
        f"step {change.step} ({', '.join(f.path for f in change.fields)})" for change in diff.steps_changed
    ]
    return lines


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="exports of n8n; - reads standard input")
    parser.add_argument("--dry-run", action="store_true", help="only report, store nothing")
    parser.add_argument("--publish", action="store_true", help="publish what was imported")


def _run(args: argparse.Namespace) -> int:
    refuse_remote(args)
    if not args.dry_run or Path(load_settings(args).data_dir).exists():
        return _import(open_world(args), args)
    with TemporaryDirectory(prefix="qflow-import-") as temporary:  # a dry run leaves no data directory
        args.data_dir = temporary
        return _import(open_world(args), args)


def _import(world: World, args: argparse.Namespace) -> int:
    codes = [OK]
    for path in args.files:
        report = _report(world, args, path)
        print_json(report.as_json(), indent=None) if args.json else print("\n".join(report.lines()))
        codes.append(WRONG if report.wrong else FAILED if report.error else OK)
    return max(codes)


def _report(world: World, args: argparse.Namespace, path: str) -> Report:
    from engine.usecases.import_flows import import_flows

    report, actor = Report(path), local_actor(args)
    try:
        data, name = read_file(path), PurePath(path).stem
        options = {"dry_run": args.dry_run, "publish": args.publish}
        report.arrivals = import_flows(world, actor, data, name, **options)
    except QflowError as error:
        problems = [str(problem) for problem in getattr(error, "problems", ())]
        report.error, report.wrong = "; ".join([error.message, *problems]), error.http_status == 400
    return report


COMMANDS = {"import": Command(_configure, _run)}
