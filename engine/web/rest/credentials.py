"""REST: credentials, their types, and where they are used."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from engine.base.errors import InvalidInput, NetworkFailure, StepFailure, TimedOut, UnknownObject
from engine.ports.access_store import Principal
from engine.ports.credentials import CredentialKey, CredentialRecord, CredentialType
from engine.usecases import manage_credentials as uses
from engine.usecases.call_credential import call_credential
from engine.usecases.world import World
from engine.web.rest import credential_models as m
from engine.web.rest.calls import call, call_patiently
from engine.web.rest.execution_views import time_of

router = Router(tags=["credentials"])

Json = dict[str, Any]


@router.get("/credentials", response=list[m.Credential])
async def list_credentials(request: HttpRequest) -> list[Json]:
    """All credentials of the subnet and the steps that name them, without their values."""
    return [view_of(view) for view in await call(request, uses.list_credentials)]


@router.get("/credentials/types", response=list[m.CredentialType])
async def list_types(request: HttpRequest) -> list[Json]:
    """The types of credentials that steps understand, with their fields."""
    return [type_of(kind) for kind in await call(request, uses.list_credential_types)]


@router.post("/credentials/test", response=m.Verdict)
async def try_credential(request: HttpRequest, body: m.CredentialName) -> Json:
    """Look whether a credential is filled in and right in itself; with an ``address`` of its service, also
    ask there with it and tell the status."""
    key = CredentialKey(body.type, body.name)
    if body.address is None:
        return await call(request, verdict_on, key)
    return await call_patiently(request, verdict_on, key, body.address)


@router.get("/credentials/{type}/{path:name}", response=m.Credential)
async def show_credential(request: HttpRequest, type: str, name: str) -> Json:
    """One credential, without its values."""
    return view_of(await call(request, uses.show_credential, CredentialKey(type, name)))


@router.put("/credentials/{type}/{path:name}", response=m.Credential)
async def save_credential(request: HttpRequest, type: str, name: str, body: m.CredentialBody) -> Json:
    """Store a credential, new or changed. Its values are sealed and never given back."""
    return view_of(await call(request, saved, CredentialKey(type, name), body.model_dump()))


@router.delete("/credentials/{type}/{path:name}", response={204: None})
async def delete_credential(request: HttpRequest, type: str, name: str) -> Status[None]:
    """Forget a credential; steps that name it fail from then on."""
    await call(request, uses.delete_credential, CredentialKey(type, name))
    return Status(204, None)


def saved(world: World, actor: Principal, key: CredentialKey, body: Json) -> uses.CredentialView:
    """Store it with those parts of its scope that are given, and look at it again."""
    old = world.credentials.record(actor.subnet, key) or CredentialRecord(actor.subnet, *key)
    hosts, steps, flows = body.get("hosts"), body.get("steps"), body.get("flows")
    plain = body.get("plainHttp")
    scope = uses.CredentialScope(
        old.hosts if hosts is None else tuple(hosts),
        old.steps if steps is None else tuple(steps),
        old.plain_http if plain is None else plain,
        old.flows if flows is None else tuple(flows),
    )
    uses.save_credential(world, actor, key, body.get("values"), scope)
    return uses.show_credential(world, actor, key)


def verdict_on(world: World, actor: Principal, key: CredentialKey, address: str | None = None) -> Json:
    """A ``Verdict``; what must not be asked at all is raised."""
    try:
        if address is not None:
            found = call_credential(world, actor, key, address)
            return {"ok": found.ok, "message": found.words, "status": found.status}
        uses.try_credential(world, actor, key)
    except UnknownObject:
        raise
    except (InvalidInput, NetworkFailure, StepFailure, TimedOut) as error:
        return {"ok": False, "message": str(error), "status": None}
    return {"ok": True, "message": "it is filled in and right in itself; no server was asked", "status": None}


def type_of(kind: CredentialType) -> Json:
    """A ``CredentialType``."""
    fields = kind.model.model_fields
    return {
        "name": kind.name,
        "label": kind.label,
        "hosted": kind.hosted,
        "secretFields": [fields[name].alias or name for name in kind.secret_fields()],
        "fieldsSchema": kind.model.model_json_schema(by_alias=True),
    }


def view_of(view: uses.CredentialView) -> Json:
    """A ``Credential``."""
    record = view.record
    return {
        "type": record.type,
        "name": record.name,
        "hosts": list(record.hosts),
        "steps": list(record.steps),
        "flows": list(record.flows),
        "plainHttp": record.plain_http,
        "filled": record.filled,
        "given": record.given,
        "known": view.known,
        "consent": view.consent,
        "revision": record.revision,
        "createdAt": time_of(record.created_us),
        "updatedAt": time_of(record.updated_us),
        "updatedBy": record.updated_by,
        "usage": [{"flowId": one.flow, "flowName": one.flow_name, "step": one.step} for one in view.usage],
    }
