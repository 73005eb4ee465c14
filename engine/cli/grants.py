"""``qflow grant | consent``: who may do what, and who agrees to the use of their data."""

from __future__ import annotations

import argparse
import re
from typing import Any

from engine.base.errors import InvalidInput
from engine.cli.boot import local_actor, open_world, refuse_remote
from engine.cli.frame import OK, Command, shared_again
from engine.cli.output import note, print_json, print_table, when
from engine.ports.permissions import Consent, Grant, Role
from engine.usecases.world import World

_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def _verbs(parser: argparse.ArgumentParser, names: str) -> Any:
    return parser.add_subparsers(dest="verb", required=True, metavar=names)


def _expires(parser: argparse.ArgumentParser) -> None:
    told = "ends after that: 90s, 30m, 12h, 7d (default: never)"
    parser.add_argument("--expires", metavar="TIME", help=told)


def _grant_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = _verbs(parser, "list|add|renew|revoke|roles|role|drop-role")
    shared = [shared_again()]
    verbs.add_parser("list", parents=shared, help="list grants, those that ended too")
    add = verbs.add_parser("add", parents=shared, help="let somebody do something, at once")
    add.add_argument("--who", required=True, help="an actor's id, or * for everybody")
    add.add_argument("--action", action="append", default=[], help="such as step.run, flow.*, * (repeatable)")
    add.add_argument("--resource", default="*", help="such as flows/orders, and all below it (default: *)")
    add.add_argument("--scopes", default="", metavar="S", help="comma separated scopes of tokens")
    add.add_argument("--role", default="", help="what the role bundles")
    add.add_argument("--purpose", default="", help="good for this purpose only")
    _expires(add)
    renew = verbs.add_parser("renew", parents=shared, help="give a grant a new end; what waited goes on")
    renew.add_argument("id", metavar="GRANT_ID")
    _expires(renew)
    revoke = verbs.add_parser("revoke", parents=shared, help="end a grant; what runs on it halts")
    revoke.add_argument("id", metavar="GRANT_ID")
    verbs.add_parser("roles", parents=shared, help="list roles")
    role = verbs.add_parser("role", parents=shared, help="make a role, or change it")
    role.add_argument("name", metavar="ROLE")
    role.add_argument("--action", action="append", default=[], help="such as step.run (repeatable)")
    role.add_argument("--scopes", default="", metavar="S", help="comma separated scopes of tokens")
    role.add_argument("--description", default="", help="a line for people")
    drop = verbs.add_parser("drop-role", parents=shared, help="delete a role")
    drop.add_argument("name", metavar="ROLE")


def _consent_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = _verbs(parser, "list|add|renew|withdraw")
    shared = [shared_again()]
    verbs.add_parser("list", parents=shared, help="list consents, those that ended too")
    add = verbs.add_parser("add", parents=shared, help="record that a person agrees")
    add.add_argument("--person", required=True, help="whose data it is about")
    add.add_argument("--purpose", required=True, help="what it may be used for")
    add.add_argument("--resource", default="*", help="by what, such as flows/orders (default: *)")
    _expires(add)
    renew = verbs.add_parser("renew", parents=shared, help="give a consent a new end; what waited goes on")
    renew.add_argument("id", metavar="CONSENT_ID")
    _expires(renew)
    withdraw = verbs.add_parser("withdraw", parents=shared, help="end a consent; what uses the data halts")
    withdraw.add_argument("id", metavar="CONSENT_ID")


def _grant(args: argparse.Namespace) -> int:
    refuse_remote(args)
    world = open_world(args)
    return _GRANT_VERBS[args.verb](world, args)


def _consent(args: argparse.Namespace) -> int:
    refuse_remote(args)
    world = open_world(args)
    return _CONSENT_VERBS[args.verb](world, args)


def _list_grants(world: World, args: argparse.Namespace) -> int:
    from engine.usecases.manage_grants import list_grants
    from engine.web.rest.permissions import grant_of

    found = list_grants(world, local_actor(args))
    if args.json:
        print_json([grant_of(grant) for grant in found])
        return OK
    rows = [(g.id, g.who, _rights(g), g.resource, g.purpose or "any", _state(world, g)) for g in found]
    print_table(("id", "who", "may", "resource", "purpose", "state"), rows, "no grants: nobody may anything")
    return OK


def _add_grant(world: World, args: argparse.Namespace) -> int:
    from engine.usecases.manage_grants import NewGrant, add_grant

    given = NewGrant(
        who=args.who,
        actions=tuple(args.action),
        resource=args.resource,
        scopes=_listed(args.scopes),
        role=args.role,
        purpose=args.purpose,
        expires_us=_end(world, args.expires),
    )
    return _told_grant(world, args, add_grant(world, local_actor(args), given))


def _renew_grant(world: World, args: argparse.Namespace) -> int:
    from engine.usecases.manage_grants import renew_grant

    end = _end(world, args.expires)
    return _told_grant(world, args, renew_grant(world, local_actor(args), args.id, end))


def _revoke_grant(world: World, args: argparse.Namespace) -> int:
    from engine.usecases.manage_grants import list_grants, revoke_grant

    actor = local_actor(args)
    ended = revoke_grant(world, actor, args.id)
    held = (grant for grant in list_grants(world, actor) if grant.who in ("*", ended.who))
    valid = [grant.id for grant in held if _state(world, grant).startswith("valid")]
    if valid and not args.json:
        note(f"still valid for {ended.who}: {', '.join(valid)}")
    return _told_grant(world, args, ended)


def _told_grant(world: World, args: argparse.Namespace, grant: Grant) -> int:
    from engine.web.rest.permissions import grant_of

    if args.json:
        print_json(grant_of(grant), indent=None)
    else:
        print(f"{grant.id}: {grant.who} may {_rights(grant)} on {grant.resource}; {_state(world, grant)}")
    return OK


def _list_roles(world: World, args: argparse.Namespace) -> int:
    from engine.usecases.manage_grants import list_roles
    from engine.web.rest.permissions import role_of

    found = list_roles(world, local_actor(args))
    if args.json:
        print_json([role_of(role) for role in found])
        return OK
    rows = [(role.name, " ".join((*role.actions, *role.scopes)), role.description) for role in found]
    print_table(("name", "may", "description"), rows, "no roles; make one: qflow grant role NAME")
    return OK


def _put_role(world: World, args: argparse.Namespace) -> int:
    from engine.usecases.manage_grants import put_role

    role = Role("", args.name, tuple(args.action), _listed(args.scopes), args.description)
    made = put_role(world, local_actor(args), role)
    print(f"role {made.name}: {' '.join((*made.actions, *made.scopes)) or 'nothing'}")
    return OK


def _drop_role(world: World, args: argparse.Namespace) -> int:
    from engine.usecases.manage_grants import delete_role

    delete_role(world, local_actor(args), args.name)
    print(f"role {args.name} is deleted")
    return OK


def _list_consents(world: World, args: argparse.Namespace) -> int:
    from engine.usecases.manage_consents import list_consents
    from engine.web.rest.permissions import consent_of

    found = list_consents(world, local_actor(args))
    if args.json:
        print_json([consent_of(consent) for consent in found])
        return OK
    rows = [(c.id, c.person, c.purpose, c.resource, _state(world, c)) for c in found]
    print_table(("id", "person", "purpose", "resource", "state"), rows, "no consents")
    return OK


def _add_consent(world: World, args: argparse.Namespace) -> int:
    from engine.usecases.manage_consents import record_consent

    end = _end(world, args.expires)
    given = record_consent(world, local_actor(args), args.person, args.purpose, args.resource, end)
    return _told_consent(world, args, given)


def _renew_consent(world: World, args: argparse.Namespace) -> int:
    from engine.usecases.manage_consents import renew_consent

    end = _end(world, args.expires)
    return _told_consent(world, args, renew_consent(world, local_actor(args), args.id, end))


def _withdraw_consent(world: World, args: argparse.Namespace) -> int:
    from engine.usecases.manage_consents import withdraw_consent

    return _told_consent(world, args, withdraw_consent(world, local_actor(args), args.id))


def _told_consent(world: World, args: argparse.Namespace, consent: Consent) -> int:
    from engine.web.rest.permissions import consent_of

    if args.json:
        print_json(consent_of(consent), indent=None)
    else:
        print(f"{consent.id}: {consent.person} for {consent.purpose!r}; {_state(world, consent)}")
    return OK


def _rights(grant: Grant) -> str:
    role = (f"role:{grant.role}",) if grant.role else ()
    return " ".join((*grant.actions, *grant.scopes, *role))


def _state(world: World, held: Grant | Consent) -> str:
    ended = held.revoked_us if isinstance(held, Grant) else held.withdrawn_us
    if ended is not None:
        return f"{'revoked' if isinstance(held, Grant) else 'withdrawn'} {when(ended)}"
    if held.expires_us is None:
        return "valid"
    expired = held.expires_us <= world.trust.now_us()
    return f"expired {when(held.expires_us)}" if expired else f"valid until {when(held.expires_us)}"


def _listed(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _end(world: World, text: str | None) -> int | None:
    """The end of what lasts as long as the text says, from now on."""
    if text is None:
        return None
    found = re.fullmatch(r"(\d{1,9})([smhd])", text)
    if found is None:
        raise InvalidInput(f"--expires takes a number with s, m, h or d, such as 12h, not {text!r}")
    return world.trust.now_us() + int(found[1]) * _UNITS_S[found[2]] * 1_000_000


_GRANT_VERBS = {
    "list": _list_grants,
    "add": _add_grant,
    "renew": _renew_grant,
    "revoke": _revoke_grant,
    "roles": _list_roles,
    "role": _put_role,
    "drop-role": _drop_role,
}
_CONSENT_VERBS = {
    "list": _list_consents,
    "add": _add_consent,
    "renew": _renew_consent,
    "withdraw": _withdraw_consent,
}

COMMANDS = {
    "grant": Command(_grant_arguments, _grant),
    "consent": Command(_consent_arguments, _consent),
}
