"""``qflow identity``: identities, their keys and their logs."""

from __future__ import annotations

import argparse
import json
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

from engine.base.errors import CorruptData, InvalidInput
from engine.base.multikey import multikey
from engine.cli.boot import local_actor, open_world, refuse_remote
from engine.cli.frame import OK, Command, shared_again
from engine.cli.output import note, print_json, print_table, when
from engine.keylog.form import BadLog, Checks
from engine.keylog.rules import check_log
from engine.usecases import manage_identities as manage
from engine.usecases.world import World

DAY_US = 24 * 3600 * 1_000_000
FORM = "qflow/identity-logs/1"
VERBS = "create|list|show|rotate|delegate|withdraw|recover|revoke|export|verify"


def _configure(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar=VERBS)
    shared = [shared_again()]
    create = verbs.add_parser("create", parents=shared, help="make an identity with keys that the node holds")
    create.add_argument("name")
    create.add_argument("--subject", choices=manage.MADE, default="service")
    create.add_argument("--delegated", action="store_true", help="as a sub-identity of the subnet's owner")
    verbs.add_parser("list", parents=shared, help="list the identities of the subnet and of the node")
    for verb, told in (
        ("show", "show an identity and what its log says"),
        ("rotate", "bring the next key into force"),
        ("revoke", "end an identity at once"),
        ("export", "write the log, and those of all that delegate to it"),
    ):
        one = verbs.add_parser(verb, parents=shared, help=told)
        one.add_argument("identity", metavar="ID", help="its id or label, such as owner:personal")
        if verb == "export":
            one.add_argument("-o", "--output", metavar="FILE", help="where to write (default: print)")
    _configure_rest(verbs, shared)


def _configure_rest(verbs: Any, shared: list[argparse.ArgumentParser]) -> None:
    delegate = verbs.add_parser("delegate", parents=shared, help="let a sub-identity act under scopes")
    delegate.add_argument("identity", metavar="ID")
    delegate.add_argument("sub", metavar="SUB_ID")
    delegate.add_argument("--scopes", required=True, metavar="S", help="comma separated; * is everything")
    delegate.add_argument("--days", type=int, metavar="N", help="for N days (default: until withdrawn)")
    withdraw = verbs.add_parser("withdraw", parents=shared, help="let a sub-identity act no more")
    withdraw.add_argument("identity", metavar="ID")
    withdraw.add_argument("sub", metavar="SUB_ID")
    recover = verbs.add_parser("recover", parents=shared, help="bring in new keys by the recovery key")
    recover.add_argument("identity", metavar="ID")
    recover.add_argument("--key-file", required=True, metavar="FILE", help="holds the recovery key, base64")
    verify = verbs.add_parser("verify", parents=shared, help="check exported logs; needs no node")
    verify.add_argument("file", metavar="FILE")


def _run(args: argparse.Namespace) -> int:
    refuse_remote(args)
    if args.verb == "verify":
        return _verify(args)
    world = open_world(args)
    acts = {"create": _create, "list": _list, "export": _export, "recover": _recover}
    return acts.get(args.verb, _change)(world, args)


def _create(world: World, args: argparse.Namespace) -> int:
    made = manage.create_identity(world, local_actor(args), args.subject, args.name, delegated=args.delegated)
    return _with_recovery_key(args, made[0], made[1])


def _recover(world: World, args: argparse.Namespace) -> int:
    try:
        seed = b64decode(Path(args.key_file).read_text(encoding="ascii").strip(), validate=True)
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{args.key_file} holds no recovery key in base64: {error}") from error
    _, next = manage.recover_identity(world, local_actor(args), args.identity, seed)
    world.identities.refresh()
    return _with_recovery_key(args, manage.get_identity(world, local_actor(args), args.identity), next)


def _with_recovery_key(args: argparse.Namespace, view: manage.IdentityView, seed: bytes) -> int:
    key = b64encode(seed).decode("ascii")
    if args.json:
        print_json(_shown(view) | {"recoveryKey": key})
    else:
        print(view.record.id)
        note(f"recovery key, shown only now; keep it away from the node: {key}")
    return OK


def _list(world: World, args: argparse.Namespace) -> int:
    records = manage.list_identities(world, local_actor(args))
    if args.json:
        print_json([_shown(manage.IdentityView(one, world.identities.state(one.id))) for one in records])
        return OK
    rows = [
        (one.id, one.subject, one.label or one.name, "node" if one.held else "owner", when(one.created_us))
        for one in records
    ]
    print_table(("id", "subject", "name", "keys held by", "created"), rows, "no identities")
    return OK


def _change(world: World, args: argparse.Namespace) -> int:
    actor = local_actor(args)
    if args.verb == "rotate":
        manage.rotate_identity(world, actor, args.identity)
    elif args.verb == "revoke":
        manage.revoke_identity(world, actor, args.identity)
    elif args.verb == "delegate":
        scopes = [scope.strip() for scope in args.scopes.split(",") if scope.strip()]
        until_us = None if args.days is None else world.clock.now_us() + args.days * DAY_US
        manage.delegate_identity(world, actor, args.identity, args.sub, scopes, until_us)
    elif args.verb == "withdraw":
        manage.withdraw_delegation(world, actor, args.identity, args.sub)
    world.identities.refresh()
    view = manage.get_identity(world, actor, args.identity)
    print_json(_shown(view)) if args.json else print("\n".join(_lines(view)))
    return OK


def _shown(view: manage.IdentityView) -> dict[str, Any]:
    from engine.web.rest.identities import shown

    return shown(view)


def _lines(view: manage.IdentityView) -> list[str]:
    record, state = view.record, view.state
    lines = [f"{record.id}", f"  {record.subject} {record.name}  {record.label}".rstrip()]
    lines += [f"  key {multikey(one.key)} from {when(one.since)}" for one in state.periods]
    for given in state.delegations:
        until = when(given.until) if given.until is not None else "withdrawn"
        lines.append(f"  to {given.sub}: {', '.join(sorted(given.scopes)) or 'nothing'} until {until}")
    if state.revoked_since is not None:
        lines.append(f"  revoked {when(state.revoked_since)}")
    return lines


def _export(world: World, args: argparse.Namespace) -> int:
    logs = manage.identity_logs(world, local_actor(args), args.identity)
    encoded = {id: [b64encode(event).decode("ascii") for event in events] for id, events in logs.items()}
    document = {"form": FORM, "identity": _id_of(world, args), "logs": encoded}
    if args.output:
        Path(args.output).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        note(f"wrote {len(logs)} logs to {args.output}")
    else:
        print_json(document)
    return OK


def _id_of(world: World, args: argparse.Namespace) -> str:
    return manage.get_identity(world, local_actor(args), args.identity).record.id


def _verify(args: argparse.Namespace) -> int:
    from engine.wiring import without_node

    document, (_, checks, _) = _document(Path(args.file)), without_node()
    checked = [_checked(id, events, checks) for id, events in document["logs"].items()]
    if args.json:
        print_json(checked)
    else:
        for one in checked:
            print(f"{one['identity']}: {one['events']} events, signed and in order; key {one['key']}")
    return OK


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{path} cannot be read as JSON: {error}") from error
    form = document.get("form") if isinstance(document, dict) else None
    if form != FORM or not isinstance(document.get("logs"), dict):
        raise InvalidInput(f"{path} holds no identity logs; make it with: qflow identity export")
    return dict(document)


def _checked(id: str, events: list[str], checks: Checks) -> dict[str, Any]:
    try:
        state = check_log([b64decode(event, validate=True) for event in events], checks)
    except BadLog as error:
        raise CorruptData(f"the log of identity {id} is not valid: {error}") from error
    except (ValueError, TypeError) as error:
        raise CorruptData(f"the log of identity {id} is not base64") from error
    if state.identity != id:
        raise CorruptData(f"the log under {id} is that of identity {state.identity}")
    return {"identity": id, "events": len(events), "key": multikey(state.key), "revoked": state.revoked_since}


COMMANDS = {"identity": Command(_configure, _run)}
