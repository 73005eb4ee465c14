"""``qflow audit``: the audit trail, compliance reports and their schedules, holds, and the node's log."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from engine.audit.forms import FORMS
from engine.audit.report import KINDS
from engine.base.errors import InvalidInput
from engine.cli import audit_holds, audit_schedules
from engine.cli.export import write_file
from engine.cli.frame import OK, Command, shared_again
from engine.cli.inputs import micros_from
from engine.cli.output import note, print_fields, print_json, print_table, when
from engine.cli.records import Records, open_records
from engine.ports.audit_trail import CATEGORIES, OUTCOMES


def _configure(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(
        dest="verb", required=True, metavar="search|export|report|reports|schedule|hold|log"
    )
    shared = [shared_again()]
    search = verbs.add_parser("search", parents=shared, help="list events, newest first")
    search.add_argument("--limit", type=int, default=50, metavar="N", help="at most N (50)")
    export = verbs.add_parser("export", parents=shared, help="write events to a file")
    for verb in (search, export):
        _filters(verb)
    report = verbs.add_parser("report", parents=shared, help="make a compliance report")
    report.add_argument("kind", choices=KINDS)
    report.add_argument("--subject", default="", metavar="ID", help="a person whose events are listed too")
    for verb in (export, report):
        verb.add_argument("--format", choices=tuple(FORMS), default="json", help="default: json")
        verb.add_argument("-o", "--output", metavar="FILE", help="file to write (default: standard output)")
    for verb in (search, export, report):
        verb.add_argument("--since", metavar="TIME", help="ISO 8601, as 2026-01-31 or 2026-01-31T12:00:00Z")
        verb.add_argument("--until", metavar="TIME", help="the first moment that no longer counts")
    audit_schedules.configure(verbs, shared)
    audit_holds.configure(verbs, shared)
    _log_arguments(verbs.add_parser("log", parents=shared, help="the node's log of journals"))


def _log_arguments(log: argparse.ArgumentParser) -> None:
    log.add_argument("act", choices=("head", "prove"), help="show its head, or prove something of it")
    log.add_argument("--since-size", type=int, metavar="N", help="prove: it only grew since N leaves")
    log.add_argument("-o", "--output", metavar="FILE", help="prove: file to write (default: standard output)")


def _filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--category", choices=CATEGORIES)
    parser.add_argument("--action", help="may end with *")
    parser.add_argument("--actor", metavar="ID")
    parser.add_argument("--resource")
    parser.add_argument("--execution", metavar="ID")
    parser.add_argument("--outcome", choices=OUTCOMES)
    parser.add_argument("--text", help="in action, resource or reason")


def _run(args: argparse.Namespace) -> int:
    verbs = {
        "search": _search,
        "export": _export,
        "report": _report,
        "reports": _reports,
        "schedule": audit_schedules.run,
        "hold": audit_holds.run,
        "log": _log,
    }
    period = _period(args) if hasattr(args, "since") else {}
    return verbs[args.verb](open_records(args), args, period)


def _period(args: argparse.Namespace) -> dict[str, Any]:
    return {"sinceUs": micros_from(args.since), "untilUs": micros_from(args.until)}


def _asked(args: argparse.Namespace) -> dict[str, Any]:
    """The filters by the names of REST."""
    names = ("category", "action", "actor", "resource", "outcome", "text")
    return {"executionId": args.execution, **{name: getattr(args, name) for name in names}}


def _search(records: Records, args: argparse.Namespace, period: dict[str, Any]) -> int:
    found = records.search_audit({**_asked(args), **period}, args.limit)
    if args.json:
        print_json(found)
        return OK
    columns = ("time", "outcome", "category", "action", "actor", "resource", "execution", "reason")
    names = ("outcome", "category", "action", "actor", "resource", "executionId", "reason")
    rows = [(when(event["at"]), *(event[name] for name in names)) for event in found]
    print_table(columns, rows, "nothing was found")
    return OK


def _export(records: Records, args: argparse.Namespace, period: dict[str, Any]) -> int:
    return _give(args, records.export_audit({**_asked(args), **period}, args.format))


def _report(records: Records, args: argparse.Namespace, period: dict[str, Any]) -> int:
    return _give(args, records.report_audit(args.kind, period, args.subject, args.format))


def _reports(records: Records, args: argparse.Namespace, period: dict[str, Any]) -> int:
    if args.report:
        return _give(args, records.kept_report(args.report))
    return audit_schedules.list_made(records, args)


def _log(records: Records, args: argparse.Namespace, period: dict[str, Any]) -> int:
    if args.act == "prove":
        if args.since_size is None:
            raise InvalidInput("prove needs --since-size N; the proof of one execution is in its export")
        return _give(args, records.log_growth(args.since_size))
    head = records.log_head()
    print_json(head) if args.json else print_fields(head)
    return OK


def _give(args: argparse.Namespace, content: bytes) -> int:
    if args.output:
        write_file(args.output, content)
        note(f"wrote {args.output}")
    else:
        sys.stdout.write(content.decode())
    return OK


COMMANDS = {"audit": Command(_configure, _run)}
