"""``qflow subject``: what is recorded of a person, for them, and its erasure."""

from __future__ import annotations

import argparse
import json
import sys

from engine.cli.export import write_file
from engine.cli.frame import OK, Command, shared_again
from engine.cli.output import note, print_json, print_table
from engine.cli.records import open_records


def _configure(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="export|erase")
    shared = [shared_again()]
    export = verbs.add_parser("export", parents=shared, help="write everything that is recorded of a person")
    export.add_argument("-o", "--output", metavar="FILE", help="file to write (default: standard output)")
    erase = verbs.add_parser("erase", parents=shared, help="erase what names a person for good; proofs stay")
    erase.add_argument("--dry-run", action="store_true", help="only tell what would become of what")
    for verb in (export, erase):
        verb.add_argument("id", metavar="ID", help="of an identity, or the person of consents")


def _run(args: argparse.Namespace) -> int:
    return {"export": _export, "erase": _erase}[args.verb](args)


def _export(args: argparse.Namespace) -> int:
    found = open_records(args).export_subject(args.id)
    text = json.dumps(found, indent=2, ensure_ascii=False, default=str) + "\n"
    if not args.output:
        sys.stdout.write(text)
        return OK
    write_file(args.output, text.encode())
    counts = f"{len(found['executions'])} executions and {len(found['consents'])} consents"
    note(f"wrote {counts} to {args.output}")
    return OK


def _erase(args: argparse.Namespace) -> int:
    report = open_records(args).erase_subject(args.id, args.dry_run)
    if args.json:
        print_json(report)
        return OK
    would = "would be erased" if args.dry_run else "erased"
    rows = [(would, one["kind"], one["id"], "") for one in report["erased"]]
    rows += [("kept", one["kind"], one["id"], one["why"]) for one in report["kept"]]
    print_table(("", "what", "id", "why"), rows, "nothing names this person")
    for where in report["notSearched"]:
        note(f"not searched: {where}")
    return OK


COMMANDS = {"subject": Command(_configure, _run)}
