"""``qflow audit schedule`` and ``qflow audit reports``: compliance reports made by the clock."""

from __future__ import annotations

import argparse
from typing import Any

from engine.audit.forms import FORMS
from engine.audit.report import KINDS, moment
from engine.cli.frame import OK, shared_again
from engine.cli.output import note, print_json, print_table, when
from engine.cli.records import Records


def configure(verbs: Any, shared: list[argparse.ArgumentParser]) -> None:
    """The arguments of both verbs."""
    made = verbs.add_parser("reports", parents=shared, help="list reports that schedules made, or write one")
    made.add_argument("report", nargs="?", metavar="REPORT_ID", help="write this one")
    made.add_argument("--limit", type=int, default=50, metavar="N", help="at most N (50)")
    made.add_argument("-o", "--output", metavar="FILE", help="file to write (default: standard output)")
    schedule = verbs.add_parser("schedule", parents=shared, help="make reports by the clock")
    acts = schedule.add_subparsers(dest="act", required=True, metavar="add|list|remove")
    again = [shared_again()]
    add = acts.add_parser(
        "add", parents=again, help="make a report at every tick, on the time since the last"
    )
    add.add_argument("kind", choices=KINDS)
    ticks = add.add_mutually_exclusive_group(required=True)
    ticks.add_argument("--cron", action="append", metavar="EXPR", help="minute hour day month weekday")
    ticks.add_argument("--every-hours", type=int, metavar="N", help="every N hours, counted from 1970 UTC")
    add.add_argument("--timezone", metavar="ZONE", help="of the cron expression (default: the node's)")
    add.add_argument("--format", choices=tuple(FORMS), default="json", help="default: json")
    acts.add_parser("list", parents=again, help="list the schedules")
    remove = acts.add_parser("remove", parents=again, help="make no more reports; those made stay")
    remove.add_argument("id", metavar="SCHEDULE_ID")


def run(records: Records, args: argparse.Namespace, period: dict[str, Any]) -> int:
    """Add, list or remove."""
    return {"add": _add, "list": _list, "remove": _remove}[args.act](records, args)


def _add(records: Records, args: argparse.Namespace) -> int:
    interval = None if args.every_hours is None else args.every_hours * 3_600_000
    when_given = {"cron": args.cron, "intervalMs": interval, "timezone": args.timezone}
    body = {name: value for name, value in when_given.items() if value is not None}
    made = records.add_schedule({"kind": args.kind, "form": args.format, **body})
    print_json(made) if args.json else print(made["id"])
    if not args.json:
        note(f"the first report is made at {when(made['nextAt'])} UTC by the node that runs then")
    return OK


def _list(records: Records, args: argparse.Namespace) -> int:
    found = records.schedules()
    if args.json:
        print_json(found)
        return OK
    rows = [
        (one["id"], one["kind"], one["form"], _ticks(one["when"]), when(one["nextAt"]), one["by"])
        for one in found
    ]
    print_table(("id", "report", "form", "when", "next (utc)", "by"), rows, "no schedules")
    return OK


def _ticks(spec: dict[str, Any]) -> str:
    if "interval_ms" in spec:
        return f"every {spec['interval_ms'] / 3_600_000:g} hours"
    return f"{', '.join(spec['cron'])} ({spec['timezone']})"


def _remove(records: Records, args: argparse.Namespace) -> int:
    removed = records.remove_schedule(args.id)
    print_json(removed) if args.json else note(f"no more reports by {args.id}; those made stay")
    return OK


def list_made(records: Records, args: argparse.Namespace) -> int:
    """The reports that schedules made."""
    found = records.reports(args.limit)
    if args.json:
        print_json(found)
        return OK
    rows = [(one["id"], one["kind"], one["form"], *_span(one), one["bytes"], one["cid"]) for one in found]
    print_table(("id", "report", "form", "from", "until", "bytes", "cid"), rows, "no reports yet")
    return OK


def _span(report: dict[str, Any]) -> tuple[str, str]:
    return when(moment(report["sinceUs"])), when(moment(report["untilUs"]))
