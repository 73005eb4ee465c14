"""``qflow credential``: what flows sign in with; values go in and never come out."""

from __future__ import annotations

import argparse
from typing import Any

from engine.cli.boot import local_actor, open_world, refuse_remote
from engine.cli.frame import FAILED, OK, Command, shared_again
from engine.cli.inputs import object_from
from engine.cli.output import note, print_json, print_table
from engine.ports.credentials import CredentialKey
from engine.usecases.world import World


def _configure(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|types|set|test|delete")
    shared = [shared_again()]
    verbs.add_parser("list", parents=shared, help="list credentials and where they are used")
    verbs.add_parser("types", parents=shared, help="list the types and their fields")
    save = verbs.add_parser("set", parents=shared, help="fill a credential in, or change it")
    _named(save)
    save.add_argument(
        "--values", metavar="JSON", help="the fields of the type; @FILE reads a file, @- standard input"
    )
    save.add_argument("--host", action="append", help="where it may be sent: host, *.suffix, * (repeatable)")
    save.add_argument("--step", action="append", help="the step types that may use it (repeatable)")
    save.add_argument("--flow", action="append", help="the flows that may use it, by id (repeatable)")
    save.add_argument("--plain-http", action="store_const", const=True, help="let it travel without TLS")
    test = verbs.add_parser("test", parents=shared, help="look whether one is filled in and right")
    _named(test)
    test.add_argument("--address", metavar="URL", help="of its service, to be asked with it by GET, too")
    _named(verbs.add_parser("delete", parents=shared, help="forget one"))


def _named(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("type", metavar="TYPE", help="as in httpBasicAuth; see: qflow credential types")
    parser.add_argument("name", metavar="NAME")


def _run(args: argparse.Namespace) -> int:
    refuse_remote(args)
    verbs = {"list": _list, "types": _types, "set": _set, "test": _test, "delete": _delete}
    return verbs[args.verb](open_world(args), args)


def _list(world: World, args: argparse.Namespace) -> int:
    from engine.usecases.manage_credentials import list_credentials
    from engine.web.rest.credentials import view_of

    found = [view_of(view) for view in list_credentials(world, local_actor(args))]
    if args.json:
        print_json(found)
        return OK
    rows = [(one["type"], one["name"], _state(one), ", ".join(one["hosts"]), _usage(one)) for one in found]
    nothing = "no credentials; fill one in: qflow credential set TYPE NAME"
    print_table(("type", "name", "state", "hosts", "used by"), rows, nothing)
    return OK


def _types(world: World, args: argparse.Namespace) -> int:
    from engine.usecases.manage_credentials import list_credential_types
    from engine.web.rest.credentials import type_of

    found = [type_of(kind) for kind in list_credential_types(world, local_actor(args))]
    if args.json:
        print_json(found)
        return OK
    rows = [(one["name"], one["label"], _fields(one)) for one in found]
    print_table(("type", "", "fields (* is secret)"), rows, "no types")
    return OK


def _set(world: World, args: argparse.Namespace) -> int:
    from engine.web.rest.credentials import saved, view_of

    body = {"hosts": args.host, "steps": args.step, "flows": args.flow, "plainHttp": args.plain_http}
    if args.values is not None:
        body["values"] = object_from(args.values, "--values")
    view = view_of(saved(world, local_actor(args), _key(args), body))
    if args.json:
        print_json(view)
    else:
        note(f"credential {_key(args)}: {_state(view)}")
    return OK


def _test(world: World, args: argparse.Namespace) -> int:
    from engine.web.rest.credentials import verdict_on

    verdict = verdict_on(world, local_actor(args), _key(args), args.address)
    if args.json:
        print_json(verdict)
    else:
        note(verdict["message"])
    return OK if verdict["ok"] else FAILED


def _delete(world: World, args: argparse.Namespace) -> int:
    from engine.usecases.manage_credentials import delete_credential

    delete_credential(world, local_actor(args), _key(args))
    note(f"credential {_key(args)} is forgotten")
    return OK


def _key(args: argparse.Namespace) -> CredentialKey:
    return CredentialKey(args.type, args.name)


def _state(view: dict[str, Any]) -> str:
    return "filled in" if view["filled"] else "to be filled in"


def _usage(view: dict[str, Any]) -> str:
    return ", ".join(f"{one['flowId']}/{one['step']}" for one in view["usage"])


def _fields(kind: dict[str, Any]) -> str:
    names = kind["fieldsSchema"].get("properties", {})
    return ", ".join(f"{name}*" if name in kind["secretFields"] else name for name in names)


COMMANDS = {"credential": Command(_configure, _run)}
