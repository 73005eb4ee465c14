"""Who is calling: bearer tokens, and the rate limit of each."""

from __future__ import annotations

from engine.base.errors import Unauthenticated
from engine.base.limits import TOKEN_CHARACTERS_MAX
from engine.ports.access_store import Principal
from engine.usecases.token_desk import check_form
from engine.usecases.world import World
from engine.web.pool import pool
from engine.web.rate import RateLimit

_limits: dict[int, RateLimit] = {}


def rate_limit(per_minute: int) -> RateLimit:
    """The one limit of this process with that rate."""
    if per_minute not in _limits:
        _limits[per_minute] = RateLimit(per_minute)
    return _limits[per_minute]


async def principal_of(world: World, token: str, address: str) -> Principal:
    """Whom a token stands for.

    Raises :class:`Unauthenticated` for a token that is none, and :class:`ResourceExhausted` where
    the token (or, without a valid one, the address) calls too often.
    """
    limit = rate_limit(world.limits.requests_per_minute_max)
    now_us = world.clock.monotonic_us()
    principal = None
    if 0 < len(token) <= TOKEN_CHARACTERS_MAX and token.isascii() and token.isprintable():
        principal = await pool().run(world.tokens.authenticate, token, world.clock.now_us())
    if principal is None:
        limit.take(f"address {address}", now_us)
        check_form(token)
        raise Unauthenticated
    limit.take(f"token {principal.id}", now_us)
    return principal


def bearer(value: str) -> str:
    """The token of an ``Authorization: Bearer ...`` header, or nothing."""
    scheme, _, token = value.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
