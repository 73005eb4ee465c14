"""``qflow audit hold``: what is kept whatever retention and erasure say."""

from __future__ import annotations

import argparse
from typing import Any

from engine.audit.report import moment
from engine.base.errors import InvalidInput
from engine.cli.frame import OK, shared_again
from engine.cli.inputs import micros_from
from engine.cli.output import note, print_json, print_table, when
from engine.cli.records import Records


def configure(verbs: Any, shared: list[argparse.ArgumentParser]) -> None:
    """The arguments of the verb."""
    hold = verbs.add_parser("hold", parents=shared, help="keep evidence from retention and erasure")
    acts = hold.add_subparsers(dest="act", required=True, metavar="add|list|release")
    again = [shared_again()]
    add = acts.add_parser("add", parents=again, help="keep something until it is released")
    what = add.add_mutually_exclusive_group()
    what.add_argument("--execution", metavar="ID", help="an execution")
    what.add_argument("--identity", metavar="ID", help="all that an identity did, or that names a person")
    add.add_argument("--since", metavar="TIME", help="all that began since then (with --until)")
    add.add_argument("--until", metavar="TIME", help="the first moment that is not kept")
    add.add_argument("--reason", required=True, help="why it is kept")
    acts.add_parser("list", parents=again, help="list all holds, released ones too")
    release = acts.add_parser("release", parents=again, help="let retention and erasure go on")
    release.add_argument("id", metavar="HOLD_ID")
    release.add_argument("--reason", default="", help="why it need not be kept any longer")


def run(records: Records, args: argparse.Namespace, period: dict[str, Any]) -> int:
    """Add, list or release."""
    return {"add": _add, "list": _list, "release": _release}[args.act](records, args)


def _add(records: Records, args: argparse.Namespace) -> int:
    made = records.place_hold(_body(args))
    print_json(made) if args.json else print(made["id"])
    return OK


def _body(args: argparse.Namespace) -> dict[str, Any]:
    since_us, until_us = micros_from(args.since), micros_from(args.until)
    kinds = {"execution": args.execution, "identity": args.identity}
    named = [(kind, subject) for kind, subject in kinds.items() if subject]
    if not named and (since_us is None or until_us is None):
        raise InvalidInput("name what to keep: --execution ID, --identity ID, or --since TIME --until TIME")
    kind, subject = named[0] if named else ("range", "")
    times = {"sinceUs": since_us or 0, "untilUs": until_us or 0}
    return {"kind": kind, "reason": args.reason, "subject": subject, **times}


def _list(records: Records, args: argparse.Namespace) -> int:
    found = records.holds()
    if args.json:
        print_json(found)
        return OK
    rows = [(*(one["id"], one["kind"], _what(one), one["reason"], one["by"]), *_times(one)) for one in found]
    print_table(("id", "kind", "what", "reason", "by", "placed", "released"), rows, "no holds")
    return OK


def _times(hold: dict[str, Any]) -> tuple[str, str]:
    return when(hold["placedAt"]), when(hold["releasedAt"]) or "in force"


def _what(hold: dict[str, Any]) -> str:
    if hold["kind"] != "range":
        return str(hold["subject"])
    return f"{when(moment(hold['sinceUs']))} to {when(moment(hold['untilUs']))}"


def _release(records: Records, args: argparse.Namespace) -> int:
    released = records.release_hold(args.id, args.reason)
    print_json(released) if args.json else note(f"released {args.id}")
    return OK
