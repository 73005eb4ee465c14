"""``qflow keys | shred | share``: the keys that seal what is stored, and what they can do."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

from engine.base.errors import InvalidInput
from engine.cli.boot import local_actor, open_world, refuse_remote
from engine.cli.frame import OK, Command, shared_again
from engine.cli.output import note, print_json, print_table, when
from engine.usecases.keys import (
    key_status,
    rewrap_keys,
    rotate_key,
    rotate_root,
    share_result,
    shred_execution,
)


def _configure(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="status|rotate|rewrap")
    shared = [shared_again()]
    verbs.add_parser("status", parents=shared, help="list the keys of the subnet, without what they are")
    rotate = verbs.add_parser("rotate", parents=shared, help="make a new key, which alone seals from then on")
    rotate.add_argument("--root", action="store_true", help="the root key of the node, not the subnet's")
    verbs.add_parser("rewrap", parents=shared, help="wrap all keys by the newest ones; destroy unneeded ones")


def _run(args: argparse.Namespace) -> int:
    refuse_remote(args)
    return {"status": _status, "rotate": _rotate, "rewrap": _rewrap}[args.verb](args)


def _status(args: argparse.Namespace) -> int:
    keys = key_status(open_world(args), local_actor(args))
    if args.json:
        print_json([asdict(key) for key in keys])
        return OK
    rows = [
        (
            key.kind or "subnet",
            key.version,
            key.id,
            key.wrapped_by,
            when(key.created_us),
            "opens only" if key.retired_us else "seals",
        )
        for key in keys
    ]
    print_table(("key", "version", "id", "wrapped by", "made", "state"), rows, "no keys yet")
    return OK


def _rotate(args: argparse.Namespace) -> int:
    world, actor = open_world(args), local_actor(args)
    if args.root:
        print(f"the root key is {rotate_root(world, actor)} now")
    else:
        print(f"the key of subnet {actor.subnet} is version {rotate_key(world, actor)} now")
        note("to wrap what older versions wrapped: qflow keys rewrap")
    return OK


def _rewrap(args: argparse.Namespace) -> int:
    print(f"{rewrap_keys(open_world(args), local_actor(args))} keys were wrapped again")
    return OK


def _shred_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("execution", metavar="EXECUTION_ID")
    parser.add_argument("--yes", action="store_true", help="it cannot be undone, and that is meant")


def _shred(args: argparse.Namespace) -> int:
    refuse_remote(args)
    if not args.yes:
        raise InvalidInput("shredding cannot be undone; say --yes if you mean it")
    blocks = shred_execution(open_world(args), local_actor(args), args.execution)
    print(f"the contents of {args.execution} are gone, with {blocks} blocks; hashes and proofs stay")
    return OK


def _share_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("execution", metavar="EXECUTION_ID")
    parser.add_argument("step", metavar="STEP")
    parser.add_argument(
        "--to", action="append", required=True, metavar="NAME=KEY", help="an X25519 public key, hexadecimal"
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="where to write it (default: standard output)")


def _share(args: argparse.Namespace) -> int:
    refuse_remote(args)
    recipients = dict(map(_recipient, args.to))
    envelope = share_result(open_world(args), local_actor(args), args.execution, args.step, recipients)
    if args.output:
        Path(args.output).write_bytes(envelope)
        note(f"{len(envelope)} bytes for {', '.join(recipients)} are in {args.output}")
    else:
        sys.stdout.buffer.write(envelope)
    return OK


def _recipient(text: str) -> tuple[str, bytes]:
    name, _, key = text.partition("=")
    try:
        return name, bytes.fromhex(key)
    except ValueError as error:
        raise InvalidInput(f"{text!r} is no NAME=KEY with a key of 64 hexadecimal digits") from error


COMMANDS = {
    "keys": Command(_configure, _run),
    "shred": Command(_shred_arguments, _shred),
    "share": Command(_share_arguments, _share),
}
