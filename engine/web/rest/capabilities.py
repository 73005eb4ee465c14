"""REST: capability tokens: their uses, their revocation, and the policy's ceilings."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Status

from engine.ports.access_store import Principal
from engine.ports.capabilities import CapabilityUse, UseQuery
from engine.usecases.list_capability_uses import list_capability_uses
from engine.usecases.permission import require
from engine.usecases.revoke_capability import revoke_capability
from engine.usecases.world import World
from engine.web.rest import models as m
from engine.web.rest.calls import call, caller
from engine.web.rest.execution_views import time_of

router = Router(tags=["access"])

Json = dict[str, Any]


@router.get("/capabilities", response=m.CapabilityCeilings)
async def ceilings(request: HttpRequest) -> Json:
    """What the policy of the token's subnet lets steps ask for."""
    return await call(request, ceilings_of)


@router.get("/capabilities/uses", response=m.CapabilityUses)
async def uses(
    request: HttpRequest,
    executionId: m.Name | None = None,
    token: m.Name | None = None,
    allowed: bool | None = None,
    limit: int = Query(50, ge=1, le=250),
    before: m.Name | None = None,
) -> Json:
    """What capability tokens were used for, newest first; ``before`` is the ``next`` of the page before.

    Those of one execution take the scope ``executions:read``, all of the subnet ``system:read``.
    """
    query = UseQuery(caller(request).subnet, executionId, token, allowed, before, limit)
    return uses_of(await call(request, list_capability_uses, query), limit)


@router.post("/capabilities/revocations", response={204: None})
async def revoke(request: HttpRequest, body: m.RevocationBody) -> Status[None]:
    """From now on the token is refused."""
    await call(request, revoke_capability, body.token, body.reason)
    return Status(204, None)


def ceilings_of(world: World, actor: Principal) -> Json:
    """A ``CapabilityCeilings``, of the newest revision."""
    require(world, actor, "system:read")
    revision, document = world.access.policy_document(actor.subnet)
    told = list(document.get("capabilities", ()))
    return {"subnet": actor.subnet, "policyRevision": revision, "ceilings": told}


def uses_of(found: Any, limit: int) -> Json:
    """A ``CapabilityUses``."""
    return {"uses": [_use(use) for use in found], "next": found[-1].id if len(found) == limit else None}


def _use(use: CapabilityUse) -> Json:
    return {
        "id": use.id,
        "executionId": use.execution,
        "stepId": use.step,
        "run": use.run,
        "attempt": use.attempt,
        "token": use.token,
        "operation": use.operation,
        "arguments": dict(use.arguments),
        "allowed": use.allowed,
        "reason": use.reason,
        "at": time_of(use.at_us),
    }
