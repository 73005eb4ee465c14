"""REST: violations of the sandbox, what is in quarantine, and the examination of modules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from engine.ports.access_store import Principal
from engine.ports.quarantine import Quarantine
from engine.ports.violations import Violation, ViolationQuery
from engine.usecases.lift_quarantine import lift_quarantine, list_quarantine
from engine.usecases.list_violations import list_violations
from engine.usecases.validate_module import validate_module
from engine.usecases.world import World
from engine.web.rest import models as m
from engine.web.rest import sandbox_models as s
from engine.web.rest.calls import call, caller
from engine.web.rest.execution_views import moment, time_of

router = Router(tags=["sandbox"])

Json = dict[str, Any]


@router.get("/sandbox/violations", response=s.Violations)
async def violations(
    request: HttpRequest,
    flowId: m.Name | None = None,
    codeCid: m.Name | None = None,
    actor: m.Name | None = None,
    limit: int = Query(50, ge=1, le=250),
    before: m.Name | None = None,
) -> Json:
    """The times that guest code crossed a limit, newest first.

    ``before`` is the ``next`` of the page before.
    """
    query = ViolationQuery(caller(request).subnet, flowId, codeCid, actor, before, limit)
    return violations_of(await call(request, list_violations, query), limit)


@router.get("/sandbox/quarantine", response=list[s.QuarantineStay])
async def quarantine(request: HttpRequest) -> list[Json]:
    """What the subnet runs no more until an administrator lifts it."""
    return [stay_of(one) for one in await call(request, list_quarantine)]


@router.delete("/sandbox/quarantine/{subject}", response=s.QuarantineStay)
async def lift(request: HttpRequest, subject: m.Name) -> Json:
    """Let a flow (by id) or code (by CID) run again."""
    return stay_of(await call(request, lift_quarantine, subject))


@router.post("/modules/validate", response=s.ModuleVerdict)
async def validate(request: HttpRequest, body: s.ModuleBody) -> Json:
    """Examine a WebAssembly module: its report with risk class, and whether the policy lets it run."""
    return await call(request, _validated, body)


def _validated(world: World, actor: Principal, body: s.ModuleBody) -> Json:
    return validate_module(world, actor, wat=body.wat, wasm=body.wasm).as_json()


def violations_of(found: Sequence[Violation], limit: int) -> Json:
    """A ``Violations``."""
    return {
        "violations": [_violation(one) for one in found],
        "next": found[-1].id if len(found) == limit else None,
    }


def _violation(one: Violation) -> Json:
    return {
        "id": one.id,
        "flowId": one.flow,
        "executionId": one.execution,
        "stepId": one.step,
        "run": one.run,
        "attempt": one.attempt,
        "actor": one.actor,
        "codeCid": one.code,
        "limit": one.limit,
        "message": one.message,
        "at": time_of(one.at_us),
    }


def stay_of(one: Quarantine) -> Json:
    """A ``QuarantineStay``."""
    return {
        "id": one.id,
        "kind": str(one.kind),
        "subject": one.subject,
        "reason": one.reason,
        "by": one.by,
        "since": time_of(one.since_us),
        "until": moment(one.until_us),
        "liftedAt": moment(one.lifted_us),
        "liftedBy": one.lifted_by,
    }
