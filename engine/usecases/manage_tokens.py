"""The API tokens of a subnet."""

from __future__ import annotations

from collections.abc import Sequence

from engine.base.errors import InvalidInput, Problem, UnknownObject
from engine.base.limits import GRANT_TEXT_CHARACTERS_MAX
from engine.ports.access_store import Principal, TokenRecord
from engine.usecases.browser_keys import Proof, prove_actor
from engine.usecases.permission import require
from engine.usecases.token_desk import SCOPES
from engine.usecases.world import World


def list_tokens(world: World, actor: Principal) -> Sequence[TokenRecord]:
    """All tokens of the actor's subnet, revoked ones too, oldest first."""
    require(world, actor, "admin", "tokens", "token.read")
    return world.access.tokens(actor.subnet)


def create_token(
    world: World,
    actor: Principal,
    name: str,
    scopes: Sequence[str],
    expires_us: int | None = None,
    proof: Proof | None = None,
) -> tuple[TokenRecord, str]:
    """A token that stands for the actor's identity, and its text, which is told this once.

    Raises :class:`InvalidInput`, and :class:`PermissionDenied` where the node does not hold the actor's keys
    and the ``proof`` is none.
    """
    require(world, actor, "admin", "tokens", "token.create")
    problems = _problems(world, name, scopes, expires_us)
    if problems:
        raise InvalidInput("the token is not valid", problems)
    proven = proof is not None and prove_actor(world, actor, proof)
    world.quotas.token(actor.subnet)
    return world.tokens.issue(name, actor.subnet, scopes, expires_us, actor.identity, proven=proven)


def revoke_token(world: World, actor: Principal, token: str) -> None:
    """From now on the token stands for nobody; raises :class:`UnknownObject`, for those of other subnets
    too."""
    require(world, actor, "admin", "tokens", "token.revoke")
    record = world.access.token(token)
    if record is None or record.subnet != actor.subnet:
        raise UnknownObject(f"there is no token {token!r}", token=token)
    world.access.revoke_token(token)


def _problems(world: World, name: str, scopes: Sequence[str], expires_us: int | None) -> list[Problem]:
    problems = []
    if not 0 < len(name) <= GRANT_TEXT_CHARACTERS_MAX or not name.isprintable():
        limit = GRANT_TEXT_CHARACTERS_MAX
        problems.append(Problem("name", f"1 to {limit} characters, no control characters"))
    if not scopes or set(scopes) - set(SCOPES):
        problems.append(Problem("scopes", f"one or more of {', '.join(SCOPES)}"))
    if expires_us is not None and expires_us <= world.clock.now_us():
        problems.append(Problem("expires", "it must lie ahead"))
    return problems
