"""``qflow export`` and ``qflow verify``: bundles of executions, and what they prove."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from engine.base.errors import CorruptData, InvalidInput
from engine.cli.boot import local_actor, open_world, refuse_remote
from engine.cli.frame import FAILED, OK, Command
from engine.cli.output import note, print_json
from engine.usecases.world import World


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
    refuse_remote(args)
    world = open_world(args)
    if args.format == "in-toto":
        return _attested(world, args)
    from engine.usecases.export_execution import export_execution

    bundle = export_execution(world, local_actor(args), args.execution, withhold=args.withhold)
    if not args.output:
        sys.stdout.write(bundle.decode())
        return OK
    write_file(args.output, bundle)
    note(f"wrote {len(json.loads(bundle)['entries'])} entries to {args.output}")
    return OK


def _attested(world: World, args: argparse.Namespace) -> int:
    """One envelope a line."""
    from engine.usecases.attest_receipts import attest_receipts

    envelopes = attest_receipts(world, local_actor(args), args.execution, args.step)
    lines = "".join(json.dumps(one) + "\n" for one in envelopes)
    if args.output:
        write_file(args.output, lines.encode())
        note(f"wrote {len(envelopes)} envelopes to {args.output}")
    else:
        print(lines, end="")
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
    refuse_remote(args)
    if args.standalone:
        from engine.audit.standalone import program

        write_file(args.standalone, program())
        note(f"wrote the verifier to {args.standalone}; run: python {args.standalone} BUNDLE")
    elif not args.what:
        raise InvalidInput("name an execution or a bundle")
    return _verified(args) if args.what else OK


def _verified(args: argparse.Namespace) -> int:
    from engine.audit.verifier.__main__ import checked, told
    from engine.audit.verifier.bundle import Refused
    from engine.usecases.verify_execution import verify_execution

    try:
        if Path(args.what).is_file():
            report = checked(Path(args.what).read_bytes(), args.identity)
        else:
            report = verify_execution(open_world(args), local_actor(args), args.what, args.identity)
    except Refused as refused:
        return _refused(args, refused.where, refused.what)
    except CorruptData as error:
        return _refused(args, f"entry {error.details.get('sequence', '?')}", error.message)
    print_json({"ok": True, **asdict(report)}) if args.json else print(told(report), end="")
    return OK


def _refused(args: argparse.Namespace, where: str, what: str) -> int:
    if args.json:
        print_json({"ok": False, "where": where, "what": what})
    else:
        print(f"REFUSED {where}: {what}")
    return FAILED


COMMANDS = {"export": Command(_export_arguments, _export), "verify": Command(_verify_arguments, _verify)}
