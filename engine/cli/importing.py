"""``qflow import``: other systems' workflows become flows, and a report says what differs."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import Any

from engine.base.errors import QflowError
from engine.cli.boot import load_settings
from engine.cli.door import url_of
from engine.cli.frame import FAILED, OK, WRONG, Command
from engine.cli.inputs import read_file
from engine.cli.output import print_json
from engine.cli.records import Records, open_records

Json = dict[str, Any]

ISSUES_SHOWN = 20


@dataclass(slots=True)
class Report:
    """What became of one file; ``workflows`` as REST shows them."""

    file: str
    error: str = ""
    wrong: bool = False  # the file, not the node, is to blame
    workflows: list[Json] = field(default_factory=list)

    def as_json(self) -> Json:
        """The line of ``--json``."""
        issues = [issue for one in self.workflows for issue in one["issues"]]
        told = {
            "file": self.file,
            "ok": not self.error,
            "nodes": sum(one["nodes"] for one in self.workflows),
            "runnable": sum(one["runnable"] for one in self.workflows),
            "issues": issues or ([{"severity": "error", "message": self.error}] if self.error else []),
        }
        return {**told, "flows": [_flow(one) for one in self.workflows]}

    def lines(self) -> Iterator[str]:
        """The report for people."""
        if self.error:
            yield f"{self.file}: {self.error}"
        for one in self.workflows:
            counted = f"{one['runnable']} of {one['nodes']} nodes run"
            published = ", published" if one["published"] else ""
            yield f"{self.file}: {one['action']} {one['flowId']} ({counted}{published})"
            yield from (f"  changed: {line}" for line in _changes(one["diff"]))
            for issue in one["issues"][:ISSUES_SHOWN]:
                yield f"  {issue['severity']}: {issue['node']}: {issue['message']} (see {issue['help']})"
            if len(one["issues"]) > ISSUES_SHOWN:
                yield f"  and {len(one['issues']) - ISSUES_SHOWN} more; see them all with --json"


def _flow(workflow: Json) -> Json:
    names = ("name", "version", "action", "active", "published")
    changed = {"diff": workflow["diff"]} if workflow["diff"] is not None else {}
    return {"id": workflow["flowId"], **{name: workflow[name] for name in names}, **changed}


def _changes(diff: Json | None) -> list[str]:
    if diff is None:
        return []
    lines = [f"step {step} is new" for step in diff["stepsAdded"]]
    lines += [f"step {step} is gone" for step in diff["stepsRemoved"]]
    changed = ((one["step"], [field["path"] for field in one["fields"]]) for one in diff["stepsChanged"])
    return lines + [f"step {step} ({', '.join(paths)})" for step, paths in changed]


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="exports of n8n; - reads standard input")
    parser.add_argument("--dry-run", action="store_true", help="only report, store nothing")
    parser.add_argument("--publish", action="store_true", help="publish what was imported")


def _run(args: argparse.Namespace) -> int:
    if url_of(args) or not args.dry_run or Path(load_settings(args).data_dir).exists():
        return _import(open_records(args), args)
    with TemporaryDirectory(prefix="qflow-import-") as temporary:  # a dry run leaves no data directory
        args.data_dir = temporary
        return _import(open_records(args), args)


def _import(records: Records, args: argparse.Namespace) -> int:
    codes = [OK]
    for path in args.files:
        report = _report(records, args, path)
        print_json(report.as_json(), indent=None) if args.json else print("\n".join(report.lines()))
        codes.append(WRONG if report.wrong else FAILED if report.error else OK)
    return max(codes)


def _report(records: Records, args: argparse.Namespace, path: str) -> Report:
    report = Report(path)
    try:
        made = records.import_n8n(read_file(path), PurePath(path).stem, args.dry_run, args.publish)
        report.workflows = made["workflows"]
    except QflowError as error:
        problems = [str(problem) for problem in getattr(error, "problems", ())]
        report.error, report.wrong = "; ".join([error.message, *problems]), error.http_status == 400
    return report


COMMANDS = {"import": Command(_configure, _run)}
