"""``qflow export`` and ``qflow verify``: bundles of executions, and what they prove."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from engine.base.errors import InvalidInput
from engine.cli.frame import FAILED, OK, Command
from engine.cli.output import note, print_json
from engine.cli.records import open_records

if TYPE_CHECKING:
    from engine.audit.verifier.check import Report
    from engine.audit.verifier.growth import Growth


def _export_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("execution", metavar="EXECUTION_ID")
    parser.add_argument("-o", "--output", metavar="BUNDLE", help="file to write (default: standard output)")
    parser.add_argument("--format", choices=("bundle", "in-toto"), default="bundle", help="default: bundle")
    parser.add_argument("--step", metavar="STEP", help="with in-toto: only the receipts of this step")
    parser.add_argument(
        "--withhold",
        action="store_true",
        help="show receipts and proofs, and no contents but those of the entry that ends the execution",
    )


def _export(args: argparse.Namespace) -> int:
    records = open_records(args)
    if args.format == "in-toto":
        content, what = records.attest_receipts(args.execution, args.step), "envelopes"
        count = content.count(b"\n")
    else:
        content, what = records.export_execution(args.execution, args.withhold), "entries"
        count = len(json.loads(content)["entries"])
    if args.output:
        write_file(args.output, content)
        note(f"wrote {count} {what} to {args.output}")
    else:
        sys.stdout.write(content.decode())
    return OK


def write_file(path: str, content: bytes) -> None:
    """Write what was asked for; raises :class:`InvalidInput` where it cannot be written."""
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise InvalidInput(f"cannot write {path}: {error.strerror}") from error


def _verify_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", metavar="EXECUTION_ID|BUNDLE", nargs="?", help="an execution here, or a file")
    parser.add_argument("--identity", metavar="ID", help="who must have signed it")
    parser.add_argument(
        "--standalone",
        metavar="FILE",
        help="write the verifier as one file, which needs Python and PyNaCl only: python FILE BUNDLE",
    )


def _verify(args: argparse.Namespace) -> int:
    if args.standalone:
        from engine.audit.standalone import program

        write_file(args.standalone, program())
        note(f"wrote the verifier to {args.standalone}; run: python {args.standalone} BUNDLE")
    elif not args.what:
        raise InvalidInput("name an execution or a bundle")
    return _verified(args) if args.what else OK


def _verified(args: argparse.Namespace) -> int:
    from engine.audit.verifier.__main__ import told
    from engine.audit.verifier.bundle import Refused

    try:
        report = _checked(args)
    except Refused as refused:
        return _refused(args, refused.where, refused.what)
    print_json({"ok": True, **asdict(report)}) if args.json else print(told(report), end="")
    return OK


def _checked(args: argparse.Namespace) -> Report | Growth:
    """A bundle is checked here; of an execution its node says what its journal proves."""
    from engine.audit.verifier.__main__ import checked
    from engine.audit.verifier.bundle import Refused
    from engine.audit.verifier.check import Report

    if Path(args.what).is_file():
        return checked(Path(args.what).read_bytes(), args.identity)
    found = open_records(args).verify_execution(args.what, args.identity)
    if not found.pop("ok"):
        raise Refused(found["where"], found["what"])
    return Report(**found)


def _refused(args: argparse.Namespace, where: str, what: str) -> int:
    if args.json:
        print_json({"ok": False, "where": where, "what": what})
    else:
        print(f"REFUSED {where}: {what}")
    return FAILED


COMMANDS = {"export": Command(_export_arguments, _export), "verify": Command(_verify_arguments, _verify)}
