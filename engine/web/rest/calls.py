"""From a view to a use-case: on a pool thread, for the caller of the request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest
from ninja.security import HttpBearer

from engine.ports.access_store import Principal
from engine.web.access import principal_of
from engine.web.deps import get_world
from engine.web.pool import patient_pool, pool

T = TypeVar("T")


class BearerAuth(HttpBearer):
    """``Authorization: Bearer TOKEN``; make a token with ``qflow token create``."""

    async def authenticate(self, request: HttpRequest, token: str) -> Principal:
        """The principal that stands in ``request.auth`` from then on."""
        address = str(request.META.get("REMOTE_ADDR", "unknown"))
        return await principal_of(get_world(), token.strip(), address)


async def call(request: HttpRequest, use_case: Callable[..., T], *args: Any, **options: Any) -> T:
    """Run ``use_case(world, principal, *args)`` on a pool thread."""
    return await pool().run(use_case, get_world(), caller(request), *args, **options)


async def call_patiently(request: HttpRequest, use_case: Callable[..., T], *args: Any) -> T:
    """The same for what may take many seconds: it holds up none of the other calls."""
    return await patient_pool().run(use_case, get_world(), caller(request), *args)


async def call_bare(use_case: Callable[..., T], *args: Any) -> T:
    """Run ``use_case(world, *args)`` on a pool thread."""
    return await pool().run(use_case, get_world(), *args)


def caller(request: HttpRequest) -> Principal:
    """Whose token the request carries."""
    principal = request.auth
    assert isinstance(principal, Principal)
    return principal
