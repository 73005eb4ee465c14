"""``qflow token``: bearer tokens for the REST API."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict

from engine.base.errors import InvalidInput
from engine.base.multikey import public_key_of
from engine.cli.boot import local_actor, open_world, refuse_remote
from engine.cli.frame import OK, Command, shared_again
from engine.cli.output import note, print_json, print_table, when
from engine.ports.access_store import TokenRecord
from engine.usecases.change_access import issue_token, revoke_token
from engine.usecases.token_desk import SCOPES
from engine.usecases.world import World

DAY_US = 24 * 3600 * 1_000_000


def _configure(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="create|list|narrow|revoke")
    shared = [shared_again()]
    create = verbs.add_parser("create", parents=shared, help="create a token and print it once")
    create.add_argument("--name", default="token", help="what it is for")
    create.add_argument(
        "--scopes",
        default="admin",
        metavar="S",
        help=f"comma separated: {', '.join(SCOPES)} (default: admin)",
    )
    create.add_argument("--days", type=int, metavar="N", help="valid for N days (default: until revoked)")
    create.add_argument("--identity", default="", metavar="ID", help="for whom (default: the owner)")
    narrow = verbs.add_parser("narrow", parents=shared, help="make a token that allows less, for others")
    narrow.add_argument("text", metavar="TOKEN", help="the token, or - to read it from the standard input")
    narrow.add_argument("--scopes", metavar="S", help="at most these (default: as before)")
    narrow.add_argument("--days", type=int, metavar="N", help="for at most N days")
    narrow.add_argument(
        "--key",
        metavar="KEY",
        help="the node's key for tokens; then no node is needed",
    )
    verbs.add_parser("list", parents=shared, help="list tokens, without their secrets")
    revoke = verbs.add_parser("revoke", parents=shared, help="make a token invalid")
    revoke.add_argument("id", metavar="TOKEN_ID")


def _run(args: argparse.Namespace) -> int:
    refuse_remote(args)
    if args.verb == "narrow":
        return _narrow(args)
    world = open_world(args)
    return {"create": _create, "list": _list, "revoke": _revoke}[args.verb](world, args)


def _scopes(text: str) -> tuple[str, ...]:
    scopes = tuple(scope.strip() for scope in text.split(",") if scope.strip())
    unknown = [scope for scope in scopes if scope not in SCOPES and scope != "*"]
    if unknown or not scopes:
        raise InvalidInput(f"unknown scope {', '.join(unknown) or '(none)'}; known: {', '.join(SCOPES)}")
    return scopes


def _create(world: World, args: argparse.Namespace) -> int:
    scopes = _scopes(args.scopes)
    expires = _expiry(world.clock.now_us(), args.days)
    record, text = issue_token(world, local_actor(args), args.name, scopes, expires, args.identity)
    if args.json:
        shown = {"id": record.id, "name": record.name, "identity": record.identity, "scopes": list(scopes)}
        print_json(shown | {"token": text}, indent=None)
    else:
        note(f"token {record.id} ({', '.join(scopes)}); it is shown only now:")
        print(text)
    return OK


def _narrow(args: argparse.Namespace) -> int:
    text = sys.stdin.readline().strip() if args.text == "-" else args.text
    scopes = _scopes(args.scopes) if args.scopes is not None else None
    if args.key:
        from engine.wiring import without_node

        mint, _, now_us = without_node()
        narrowed = mint.narrowed(text, [public_key_of(args.key)], scopes, _expiry(now_us, args.days))
    else:
        world = open_world(args)
        narrowed = world.tokens.narrowed(text, scopes, _expiry(world.clock.now_us(), args.days))
    print_json({"token": narrowed}, indent=None) if args.json else print(narrowed)
    return OK


def _expiry(now_us: int, days: int | None) -> int | None:
    return None if days is None else now_us + days * DAY_US


def _list(world: World, args: argparse.Namespace) -> int:
    records = world.access.tokens(local_actor(args).subnet)
    if args.json:
        print_json([asdict(record) for record in records])
        return OK
    rows = [(r.id, r.name, r.scopes, when(r.created_us), _state(r, world.clock.now_us())) for r in records]
    print_table(("id", "name", "scopes", "created", "state"), rows, "no tokens; make one: qflow token create")
    return OK


def _state(record: TokenRecord, now_us: int) -> str:
    if record.revoked:
        return "revoked"
    if record.expires_us is None:
        return "valid"
    return f"valid until {when(record.expires_us)}" if record.expires_us > now_us else "expired"


def _revoke(world: World, args: argparse.Namespace) -> int:
    if args.id not in {record.id for record in world.access.tokens(args.subnet)}:
        raise InvalidInput(f"there is no token {args.id!r} in subnet {args.subnet!r}; see: qflow token list")
    revoke_token(world, local_actor(args), args.id)
    note(f"token {args.id} is revoked")
    return OK


COMMANDS = {"token": Command(_configure, _run)}
