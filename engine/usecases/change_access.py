"""Changes of tokens and of the policy, with their records. The door has asked whether they are permitted:
whoever holds the data directory may make them without a grant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.base.errors import UnknownObject
from engine.ports.access_store import Principal, TokenRecord
from engine.usecases.remember import remember_done
from engine.usecases.world import World


def issue_token(
    world: World,
    actor: Principal,
    name: str,
    scopes: Sequence[str],
    expires_us: int | None,
    identity: str = "",
    *,
    proven: bool = False,
) -> tuple[TokenRecord, str]:
    """As :meth:`engine.usecases.token_desk.TokenDesk.issue`, in the actor's subnet."""
    world.quotas.token(actor.subnet)
    made, text = world.tokens.issue(name, actor.subnet, scopes, expires_us, identity, proven=proven)
    details = {"scopes": list(made.scopes), "identity": made.identity, "expires_us": expires_us}
    remember_done(world, actor, "change", "token.create", made.id, details=details)
    return made, text


def revoke_token(world: World, actor: Principal, token: str) -> None:
    """From now on the token is nobody's; raises :class:`UnknownObject` for one that the subnet lacks."""
    if all(record.id != token for record in world.access.tokens(actor.subnet)):
        raise UnknownObject(f"there is no token {token!r} in subnet {actor.subnet!r}")
    world.access.revoke_token(token)
    remember_done(world, actor, "change", "token.revoke", token)


def save_policy(world: World, actor: Principal, document: Mapping[str, Any], expected: int) -> int:
    """As :meth:`engine.ports.access_store.AccessStore.put_policy`; remembers which parts differ, not what
    they say."""
    _, before = world.access.policy_document(actor.subnet)
    revision = world.access.put_policy(actor.subnet, document, expected, world.clock.now_us())
    world.policy.renew(actor.subnet)
    changed = sorted(name for name in {*before, *document} if before.get(name) != document.get(name))
    details = {"revision": revision, "changed": changed}
    remember_done(world, actor, "change", "policy.save", actor.subnet, details=details)
    return revision
