"""``qflow audit``: the audit trail, compliance reports, and the node's log of journals."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from typing import Any

from engine.audit.forms import FORMS
from engine.audit.report import KINDS
from engine.base.errors import InvalidInput
from engine.cli.boot import local_actor, open_world, refuse_remote
from engine.cli.export import write_file
from engine.cli.frame import OK, Command, shared_again
from engine.cli.output import note, print_fields, print_json, print_table, when
from engine.ports.audit_trail import CATEGORIES, OUTCOMES, AuditQuery
from engine.usecases.world import World


def _configure(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="search|export|report|log")
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
    log = verbs.add_parser("log", parents=shared, help="the node's log of journals")
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
    refuse_remote(args)
    verbs = {"search": _search, "export": _export, "report": _report, "log": _log}
    return verbs[args.verb](open_world(args), args)


def _query(args: argparse.Namespace, **more: Any) -> AuditQuery:
    return AuditQuery(
        args.subnet,
        args.category,
        args.action,
        args.actor,
        args.resource,
        args.execution,
        args.outcome,
        _time(args.since),
        _time(args.until),
        args.text,
        **more,
    )


def _time(text: str | None) -> int | None:
    """Microseconds since 1970; a time without a zone is UTC."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"{text!r} is no time; write it as 2026-01-31 or 2026-01-31T12:00:00Z") from error
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1_000_000)


def _search(world: World, args: argparse.Namespace) -> int:
    from engine.usecases.search_audit import search_audit
    from engine.web.rest.audit import event_of

    found = search_audit(world, local_actor(args), _query(args, limit=args.limit))
    if args.json:
        print_json([event_of(event) for event in found])
        return OK
    rows = [
        (when(e.at_us), e.outcome, e.category, e.action, e.actor, e.resource, e.execution, e.reason)
        for e in found
    ]
    columns = ("time", "outcome", "category", "action", "actor", "resource", "execution", "reason")
    print_table(columns, rows, "nothing was found")
    return OK


def _export(world: World, args: argparse.Namespace) -> int:
    from engine.usecases.search_audit import export_audit

    return _give(args, export_audit(world, local_actor(args), _query(args), args.format).encode())


def _report(world: World, args: argparse.Namespace) -> int:
    from engine.audit.forms import rendered
    from engine.usecases.report_audit import report_audit

    since, until = _time(args.since), _time(args.until)
    made = report_audit(world, local_actor(args), args.kind, since, until, args.subject)
    return _give(args, rendered(made, args.format).encode())


def _log(world: World, args: argparse.Namespace) -> int:
    from engine.usecases.node_log import log_growth, log_head

    if args.act == "prove":
        if args.since_size is None:
            raise InvalidInput("prove needs --since-size N; the proof of one execution is in its export")
        return _give(args, log_growth(world, local_actor(args), args.since_size))
    head = log_head(world, local_actor(args))
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
