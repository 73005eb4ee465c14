"""Who may do what: the one check every use-case begins with."""

from __future__ import annotations

from engine.base.errors import PermissionDenied, UnknownObject
from engine.ports.access_store import Principal
from engine.ports.journal_store import Header
from engine.usecases.world import World


def require(actor: Principal, scope: str) -> None:
    """Raise :class:`PermissionDenied` unless the actor has the scope."""
    if not actor.may(scope):
        raise PermissionDenied(f"{actor.name or actor.id} lacks the scope {scope}", scope=scope)


def own_execution(world: World, actor: Principal, execution: str, scope: str) -> Header:
    """The header of an execution of the actor's subnet. One of another subnet does not exist."""
    require(actor, scope)
    header = world.journal.header(execution)
    if header.subnet != actor.subnet:
        raise UnknownObject(f"there is no execution {execution!r}")
    return header
