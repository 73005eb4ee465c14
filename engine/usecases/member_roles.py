"""The roles of persons in a subnet. A role is a set of scopes: what its holder may do at most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.base.errors import InvalidInput, Problem
from engine.ports.access_store import Principal
from engine.usecases.persons import change_person, one_person
from engine.usecases.world import World

_VIEWER = ("flows:read", "executions:read")
_RUNNER = (*_VIEWER, "executions:write")

MEMBER_ROLES: Mapping[str, tuple[str, ...]] = {
    "viewer": _VIEWER,
    "runner": _RUNNER,
    "editor": (*_RUNNER, "flows:write"),
    "admin": ("admin",),
}
"""Role -> its scopes. Viewers look, runners also run, editors also draw and publish, admins do everything."""

BESIDE_ROLES = ("system:read", "dao:vote")
"""Scopes that any role can have in addition: to see the node's own pages, and to vote."""


def role_of(scopes: Iterable[str]) -> str:
    """The role that scopes make up; empty where they make up none."""
    held = set(scopes)
    if "admin" in held:
        return "admin"
    bare = held - set(BESIDE_ROLES)
    return next((name for name, given in MEMBER_ROLES.items() if set(given) == bare), "")


def scopes_of(role: str, beside: Iterable[str] = ()) -> list[str]:
    """The scopes of a role with others beside it; raises :class:`InvalidInput`."""
    if role not in MEMBER_ROLES:
        problem = Problem("role", f"one of {', '.join(MEMBER_ROLES)}")
        raise InvalidInput(f"there is no role {role!r}", [problem])
    more = sorted(set(beside))
    if set(more) - set(BESIDE_ROLES):
        problem = Problem("beside", f"any of {', '.join(BESIDE_ROLES)}")
        raise InvalidInput("a role has nothing like that beside it", [problem])
    return list(MEMBER_ROLES[role]) if role == "admin" else [*MEMBER_ROLES[role], *more]


def give_role(
    world: World, actor: Principal, identity: str, role: str, beside: Iterable[str] = ()
) -> list[str]:
    """Decide on a person's role and remember it; gives the scopes, which whoever keeps the accounts stores.

    Only an administrator may. Raises :class:`InvalidInput`, and :class:`UnknownObject` for a stranger.
    """
    scopes = scopes_of(role, beside)
    one_person(world, actor, identity)
    change_person(world, actor, "role", identity, {"role": role, "scopes": scopes})
    return scopes
