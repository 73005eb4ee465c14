"""Grants and roles: who may do what in a subnet, changed at any time, in force at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.base.errors import InvalidInput, Problem
from engine.base.limits import GRANT_TEXT_CHARACTERS_MAX, GRANTS_MAX
from engine.ports.access_store import Principal
from engine.ports.permissions import REVOKED_EVENT, Grant, Role
from engine.usecases.permission import require
from engine.usecases.remember import remember_done
from engine.usecases.renewals import renewed
from engine.usecases.world import World
from engine.validation.book import ACTIONS_OF

_ACTION = re.compile(r"\*|[A-Za-z0-9_:-]+(\.[A-Za-z0-9_:-]+)*(\.\*)?")
_RESOURCE = re.compile(r"\*|[^\s/]+(/[^\s/]+)*")
_ROLE = re.compile(r"[a-z][a-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True)
class NewGrant:
    """A grant to make. It must name actions, scopes or a role."""

    who: str
    actions: tuple[str, ...] = ()
    resource: str = "*"
    scopes: tuple[str, ...] = ()
    role: str = ""
    purpose: str = ""
    expires_us: int | None = None


def list_grants(world: World, actor: Principal) -> Sequence[Grant]:
    """All grants of the actor's subnet, those that ended too, oldest first."""
    require(world, actor, "system:read", "permissions", "permission.read")
    return world.trust.permissions.grants(actor.subnet)


def add_grant(world: World, actor: Principal, given: NewGrant) -> Grant:
    """Make a grant; raises :class:`InvalidInput` with all its problems."""
    require(world, actor, "admin", "permissions", "permission.grant")
    store, now_us = world.trust.permissions, world.trust.now_us()
    problems = _problems(given, now_us, {role.name for role in store.roles(actor.subnet)})
    if len(store.grants(actor.subnet)) >= GRANTS_MAX:
        problems.append(Problem("grant", f"a subnet has at most {GRANTS_MAX} grants", "too_many"))
    if problems:
        raise InvalidInput("the grant is not valid", problems)
    grant = Grant(
        id=world.new_id("grt"),
        subnet=actor.subnet,
        who=given.who,
        actions=given.actions,
        resource=given.resource,
        scopes=given.scopes,
        role=given.role,
        purpose=given.purpose,
        granted_by=actor.id,
        granted_us=now_us,
        expires_us=given.expires_us,
    )
    store.add_grant(grant)
    _remember(world, actor, "grant.add", grant)
    renewed(world, actor.subnet, {"grant": grant.id, "who": grant.who})
    return grant


def revoke_grant(world: World, actor: Principal, grant: str) -> Grant:
    """From now on the grant gives nothing: what runs on it halts before its next step.

    Raises :class:`UnknownObject`. Whoever watches the subnet is told.
    """
    require(world, actor, "admin", "permissions", "permission.revoke")
    ended = world.trust.permissions.revoke_grant(actor.subnet, grant, actor.id, world.trust.now_us())
    world.trust.books.forget()
    _remember(world, actor, "grant.revoke", ended)
    told = {"grant": ended.id, "who": ended.who, "resource": ended.resource, "by": actor.id}
    world.notifier.event(actor.subnet, REVOKED_EVENT, told)
    return ended


def renew_grant(world: World, actor: Principal, grant: str, expires_us: int | None) -> Grant:
    """Give a grant a new end (None: none); what was paused since it ran out goes on.

    Raises :class:`UnknownObject`, and :class:`WrongState` for one that was revoked.
    """
    require(world, actor, "admin", "permissions", "permission.grant")
    _must_lie_ahead(expires_us, world.trust.now_us())
    lengthened = world.trust.permissions.renew_grant(actor.subnet, grant, expires_us)
    _remember(world, actor, "grant.renew", lengthened)
    renewed(world, actor.subnet, {"grant": lengthened.id, "who": lengthened.who})
    return lengthened


def list_roles(world: World, actor: Principal) -> Sequence[Role]:
    """The roles of the actor's subnet, by name."""
    require(world, actor, "system:read", "permissions", "permission.read")
    return world.trust.permissions.roles(actor.subnet)


def put_role(world: World, actor: Principal, role: Role) -> Role:
    """Make a role, or change it for all who hold it."""
    require(world, actor, "admin", "permissions", "permission.grant")
    problems = [] if _ROLE.fullmatch(role.name) else [_wrong("name", "lower case letters, digits, hyphens")]
    problems += _rights_problems(role.actions, role.scopes)
    problems += _text_problems({"description": role.description})
    if problems:
        raise InvalidInput("the role is not valid", problems)
    made = replace(role, subnet=actor.subnet, updated_us=world.trust.now_us())
    world.trust.permissions.put_role(made)
    rights = {"actions": list(made.actions), "scopes": list(made.scopes)}
    remember_done(world, actor, "change", "role.put", made.name, details=rights)
    renewed(world, actor.subnet, {"role": made.name})
    return made


def delete_role(world: World, actor: Principal, name: str) -> None:
    """Who holds the role has nothing of it any more; raises :class:`UnknownObject`."""
    require(world, actor, "admin", "permissions", "permission.revoke")
    world.trust.permissions.delete_role(actor.subnet, name)
    world.trust.books.forget()
    remember_done(world, actor, "change", "role.delete", name)
    world.notifier.event(actor.subnet, REVOKED_EVENT, {"role": name, "by": actor.id})


def _remember(world: World, actor: Principal, action: str, grant: Grant) -> None:
    details = {
        "who": grant.who,
        "on": grant.resource,
        "actions": list(grant.actions),
        "scopes": list(grant.scopes),
        "role": grant.role,
        "expires_us": grant.expires_us,
    }
    remember_done(world, actor, "change", action, grant.id, details=details)


def _problems(given: NewGrant, now_us: int, roles: set[str]) -> list[Problem]:
    problems = [] if given.who else [_wrong("who", "an actor's id, or * for everybody")]
    if not (given.actions or given.scopes or given.role):
        problems.append(_wrong("actions", "name actions, scopes or a role"))
    if given.role and given.role not in roles:
        problems.append(_wrong("role", f"there is no role {given.role!r}; make it: qflow grant role"))
    if not _RESOURCE.fullmatch(given.resource):
        problems.append(_wrong("resource", "a path such as flows/orders, without spaces"))
    if given.expires_us is not None and given.expires_us <= now_us:
        problems.append(_wrong("expires", "it must lie ahead"))
    problems += _rights_problems(given.actions, given.scopes)
    return problems + _text_problems({"who": given.who, "resource": given.resource, "purpose": given.purpose})


def _rights_problems(actions: Sequence[str], scopes: Sequence[str]) -> list[Problem]:
    wrong = [action for action in actions if not _ACTION.fullmatch(action)]
    unknown = [scope for scope in scopes if scope not in ACTIONS_OF]
    problems = [_wrong("actions", f"{action!r} is no action such as step.run or step.*") for action in wrong]
    known = ", ".join(ACTIONS_OF)
    return problems + [_wrong("scopes", f"there is no scope {scope!r}; known: {known}") for scope in unknown]


def _text_problems(texts: dict[str, str]) -> list[Problem]:
    limit = GRANT_TEXT_CHARACTERS_MAX
    return [
        _wrong(name, f"at most {limit} characters, no control characters")
        for name, text in texts.items()
        if len(text) > limit or not (text.isprintable() or not text)
    ]


def _wrong(path: str, message: str) -> Problem:
    return Problem(path, message)


def _must_lie_ahead(expires_us: int | None, now_us: int) -> None:
    if expires_us is not None and expires_us <= now_us:
        raise InvalidInput("the new end is not valid", [_wrong("expires", "it must lie ahead")])
