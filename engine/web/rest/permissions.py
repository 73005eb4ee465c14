"""REST: grants, roles, consents, and the history of validations."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Status

from engine.ports.permissions import Consent, Grant, Role
from engine.ports.validation_log import ValidationQuery, ValidationRecord
from engine.usecases import manage_consents as consents
from engine.usecases import manage_grants as grants
from engine.usecases.list_validations import list_validations
from engine.web.deps import get_world
from engine.web.rest import models as m
from engine.web.rest import permission_models as p
from engine.web.rest.calls import call, caller
from engine.web.rest.execution_views import moment, time_of

router = Router(tags=["permissions"])

Json = dict[str, Any]


@router.get("/grants", response=list[p.GrantShown])
async def list_grants(request: HttpRequest) -> list[Json]:
    """All grants of the subnet, those that ended too."""
    return [grant_of(grant) for grant in await call(request, grants.list_grants)]


@router.post("/grants", response={201: p.GrantShown})
async def add_grant(request: HttpRequest, body: p.GrantBody) -> Status[Json]:
    """Let somebody do something; in force at once."""
    given = grants.NewGrant(
        who=body.who,
        actions=tuple(body.actions),
        resource=body.resource,
        scopes=tuple(body.scopes),
        role=body.role,
        purpose=body.purpose,
        expires_us=end_of(body.expiresInSeconds),
    )
    return Status(201, grant_of(await call(request, grants.add_grant, given)))


@router.post("/grants/{grant_id}/renew", response=p.GrantShown)
async def renew_grant(request: HttpRequest, grant_id: m.Name, body: p.RenewBody) -> Json:
    """A new end; executions that were paused since it ran out go on."""
    return grant_of(await call(request, grants.renew_grant, grant_id, end_of(body.expiresInSeconds)))


@router.delete("/grants/{grant_id}", response=p.GrantShown)
async def revoke_grant(request: HttpRequest, grant_id: m.Name) -> Json:
    """From now on it gives nothing; executions that need it halt before their next step."""
    return grant_of(await call(request, grants.revoke_grant, grant_id))


@router.get("/roles", response=list[p.RoleShown])
async def list_roles(request: HttpRequest) -> list[Json]:
    """The roles of the subnet."""
    return [role_of(role) for role in await call(request, grants.list_roles)]


@router.put("/roles/{name}", response=p.RoleShown)
async def put_role(request: HttpRequest, name: m.Name, body: p.RoleBody) -> Json:
    """Make a role, or change it for all who hold it."""
    role = Role("", name, tuple(body.actions), tuple(body.scopes), body.description)
    return role_of(await call(request, grants.put_role, role))


@router.delete("/roles/{name}", response={204: None})
async def delete_role(request: HttpRequest, name: m.Name) -> Status[None]:
    """Who holds the role has nothing of it any more."""
    await call(request, grants.delete_role, name)
    return Status(204, None)


@router.get("/consents", response=list[p.ConsentShown])
async def list_consents(request: HttpRequest) -> list[Json]:
    """All consents of the subnet, those that ended too."""
    return [consent_of(consent) for consent in await call(request, consents.list_consents)]


@router.post("/consents", response={201: p.ConsentShown})
async def record_consent(request: HttpRequest, body: p.ConsentBody) -> Status[Json]:
    """Record that a person agrees to the use of data about them."""
    given = (body.person, body.purpose, body.resource, end_of(body.expiresInSeconds))
    return Status(201, consent_of(await call(request, consents.record_consent, *given)))


@router.post("/consents/{consent_id}/renew", response=p.ConsentShown)
async def renew_consent(request: HttpRequest, consent_id: m.Name, body: p.RenewBody) -> Json:
    """A new end; executions that were paused since it ran out go on."""
    return consent_of(await call(request, consents.renew_consent, consent_id, end_of(body.expiresInSeconds)))


@router.delete("/consents/{consent_id}", response=p.ConsentShown)
async def withdraw_consent(request: HttpRequest, consent_id: m.Name) -> Json:
    """The person agrees no more; executions that use the data halt before their next step."""
    return consent_of(await call(request, consents.withdraw_consent, consent_id))


@router.get("/validations", response=p.Validations)
async def validations(
    request: HttpRequest,
    executionId: m.Name | None = None,
    operationId: str | None = Query(None, max_length=512),
    actor: m.Name | None = None,
    passed: bool | None = None,
    limit: int = Query(50, ge=1, le=250),
    before: m.Name | None = None,
) -> Json:
    """What the pipeline decided, newest first: denials one by one, passed ones counted together."""
    query = ValidationQuery(caller(request).subnet, executionId, operationId, actor, passed, before, limit)
    found = await call(request, list_validations, query)
    following = found[-1].id if len(found) == limit else None
    return {"validations": [validation_of(record) for record in found], "next": following}


def end_of(seconds: int | None) -> int | None:
    """The end of what lasts so long from now on."""
    return None if seconds is None else get_world().trust.now_us() + seconds * 1_000_000


def grant_of(grant: Grant) -> Json:
    """A ``GrantShown``."""
    return {
        "id": grant.id,
        "who": grant.who,
        "actions": list(grant.actions),
        "resource": grant.resource,
        "scopes": list(grant.scopes),
        "role": grant.role,
        "purpose": grant.purpose,
        "grantedBy": grant.granted_by,
        "grantedAt": time_of(grant.granted_us),
        "expiresAt": moment(grant.expires_us),
        "revokedAt": moment(grant.revoked_us),
        "revokedBy": grant.revoked_by,
    }


def role_of(role: Role) -> Json:
    """A ``RoleShown``."""
    return {
        "name": role.name,
        "actions": list(role.actions),
        "scopes": list(role.scopes),
        "description": role.description,
        "updatedAt": time_of(role.updated_us),
    }


def consent_of(consent: Consent) -> Json:
    """A ``ConsentShown``."""
    return {
        "id": consent.id,
        "person": consent.person,
        "purpose": consent.purpose,
        "resource": consent.resource,
        "recordedBy": consent.recorded_by,
        "givenAt": time_of(consent.given_us),
        "expiresAt": moment(consent.expires_us),
        "withdrawnAt": moment(consent.withdrawn_us),
    }


def validation_of(record: ValidationRecord) -> Json:
    """A ``ValidationShown``."""
    return {
        "id": record.id,
        "kind": record.kind,
        "actor": record.actor,
        "action": record.action,
        "resource": record.resource,
        "passed": record.passed,
        "count": record.count,
        "from": time_of(record.from_us),
        "until": time_of(record.until_us),
        "operationId": record.operation,
        "executionId": record.execution,
        "layer": record.stage,
        "code": record.code,
        "finding": dict(record.finding),
    }
