"""Revoke a capability token before it expires."""

from __future__ import annotations

import re

from engine.base.errors import InvalidInput
from engine.ports.access_store import Principal
from engine.usecases.permission import require
from engine.usecases.remember import remember_done
from engine.usecases.world import World

_REVOCABLE = re.compile(r"cap_[0-9a-hjkmnp-tv-z]{26}|[0-9a-f]{128}")
REASON_CHARACTERS_MAX = 500


def revoke_capability(world: World, actor: Principal, token: str, reason: str = "") -> None:
    """From now on refuse a token of the actor's subnet; on every process within a tenth of a second.

    ``token`` is its id, as errors and the audit name it, or the revocation id of one of its blocks, which
    stops what was attenuated from it. Raises :class:`PermissionDenied` without the scope ``admin``, and
    :class:`InvalidInput`.
    """
    require(world, actor, "admin")
    if not _REVOCABLE.fullmatch(token):
        raise InvalidInput(
            f"{token[:80]!r} is no id of a capability token; the audit names them: cap_ and 26 characters"
        )
    if len(reason) > REASON_CHARACTERS_MAX:
        raise InvalidInput(f"a reason has at most {REASON_CHARACTERS_MAX} characters")
    world.capabilities.revoke(actor.subnet, token, reason, world.clock.now_us())
    remember_done(world, actor, "change", "capability.revoke", token)
