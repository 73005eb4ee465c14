"""REST: tokens, the policy of the subnet, events, schemas, step types, nodes, health and measures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from engine.base.canonical import decode
from engine.base.errors import ErrorType, PermissionDenied, QflowError, UnknownObject
from engine.flow.schemas import FORMATS, json_schema
from engine.journal.cloudevents import GUEST_EVENT, TYPES
from engine.ports.access_store import Principal, TokenRecord
from engine.ports.ingress import EventSchema
from engine.ports.step_catalogue import StepType
from engine.usecases import change_access
from engine.usecases.event_schemas import (
    delete_event_schema,
    get_event_schema,
    list_event_schemas,
    put_event_schema,
)
from engine.usecases.manage_identities import visible
from engine.usecases.manage_subnets import keeps_the_node
from engine.usecases.own_keys import prove_identity
from engine.usecases.permission import require
from engine.usecases.publish_event import publish_event
from engine.usecases.world import World
from engine.web.health import checks_of, overall
from engine.web.jsontext import write_json
from engine.web.rest import models as m
from engine.web.rest.calls import call
from engine.web.rest.execution_views import moment, time_of
from engine.web.rest.flows import revision_in
from engine.web.rest.identities import bytes_of
from engine.web.system import metrics_snapshot

router = Router()

Json = dict[str, Any]


# --- tokens -----------------------------------------------------------------------------------------


@router.get("/tokens", response=list[m.Token], tags=["access"])
async def list_tokens(request: HttpRequest) -> list[Json]:
    """The tokens of the subnet, without their secrets."""
    return [token_of(record) for record in await call(request, _tokens)]


@router.post("/tokens", response={201: m.NewToken}, tags=["access"])
async def create_token(request: HttpRequest, body: m.TokenBody) -> Status[Json]:
    """A new token of the subnet; it cannot do more than the one that makes it."""
    record, secret = await call(request, _create_token, body)
    return Status(201, token_of(record) | {"token": secret})


@router.delete("/tokens/{token_id}", response={204: None}, tags=["access"])
async def revoke_token(request: HttpRequest, token_id: m.Name) -> Status[None]:
    """From now on the token is nobody's."""
    await call(request, _revoke_token, token_id)
    return Status(204, None)


def _tokens(world: World, actor: Principal) -> list[TokenRecord]:
    require(world, actor, "admin")
    return world.access.tokens(actor.subnet)


def _create_token(world: World, actor: Principal, body: m.TokenBody) -> tuple[TokenRecord, str]:
    require(world, actor, "admin")
    beyond = [scope for scope in body.scopes if not actor.may(scope)]
    if beyond:
        raise PermissionDenied(f"this token lacks the scopes {', '.join(beyond)} itself")
    now_us = world.clock.now_us()
    expires_us = None if body.expiresInSeconds is None else now_us + body.expiresInSeconds * 1_000_000
    identity, proven = _identity_for_token(world, actor, body)
    scopes = tuple(body.scopes)
    return change_access.issue_token(world, actor, body.name, scopes, expires_us, identity, proven=proven)


def _identity_for_token(world: World, actor: Principal, body: m.TokenBody) -> tuple[str, bool]:
    """Whom the token stands for, and whether that was proven: nobody gets one for another person."""
    identity = body.identity or actor.identity
    if body.challenge is not None and body.signature is not None:
        prove_identity(world, identity, bytes_of(body.challenge), bytes_of(body.signature))
        return identity, True
    if identity and identity != actor.identity:
        record = visible(world, actor, identity)
        if record.subject != "service" and record.delegator != actor.identity:
            raise PermissionDenied("a token stands for its maker, a service, or a sub-identity of its maker")
    return identity, False


def _revoke_token(world: World, actor: Principal, token_id: str) -> None:
    require(world, actor, "admin")
    change_access.revoke_token(world, actor, token_id)


def token_of(record: TokenRecord) -> Json:
    """A ``Token``."""
    return {
        "id": record.id,
        "name": record.name,
        "subnet": record.subnet,
        "identity": record.identity,
        "scopes": list(record.scopes),
        "createdAt": time_of(record.created_us),
        "expiresAt": moment(record.expires_us),
        "revoked": record.revoked,
    }


# --- policy -----------------------------------------------------------------------------------------


@router.get("/policy", response=m.PolicyShown, tags=["access"])
async def get_policy(request: HttpRequest) -> HttpResponse:
    """The policy of the token's subnet."""
    return _policy_response(await call(request, _policy))


@router.put("/policy", response=m.PolicyShown, tags=["access"])
async def put_policy(request: HttpRequest, body: m.PolicyBody) -> HttpResponse:
    """A new revision of the policy, on top of the one in If-Match (or ``revision`` in the body)."""
    revision = revision_in(request, {"revision": body.revision})
    return _policy_response(await call(request, _put_policy, body.document, revision))


def _policy(world: World, actor: Principal) -> Json:
    require(world, actor, "system:read")
    revision, document = world.access.policy_document(actor.subnet)
    return {"subnet": actor.subnet, "revision": revision, "document": dict(document)}


def _put_policy(world: World, actor: Principal, document: Mapping[str, Any], revision: str) -> Json:
    require(world, actor, "admin")
    expected = int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else -1
    change_access.save_policy(world, actor, document, expected)
    return _policy(world, Principal(actor.id, actor.name, actor.subnet, actor.scopes | {"system:read"}))


def _policy_response(policy: Json) -> HttpResponse:
    response = HttpResponse(write_json(policy), content_type="application/json")
    response["ETag"] = f'"{policy["revision"]}"'
    return response


# --- events -----------------------------------------------------------------------------------------


@router.post("/events", response={202: m.Delivered}, tags=["events"])
async def publish(request: HttpRequest, body: m.EventBody) -> Status[Json]:
    """Deliver a CloudEvent: starts the flows that listen for it, resumes the steps that wait for it."""
    delivered = await call(request, publish_event, body.type, body.data, body.subject or "", body.id)
    return Status(202, delivered)


# --- schemas and step types -------------------------------------------------------------------------


@router.get("/schemas", response=Json, tags=["schemas"])
async def schemas(request: HttpRequest) -> Json:
    """JSON Schemas of the flow formats, the types of events, the types and codes of errors."""
    return {
        "formats": {name: json_schema(name) for name in FORMATS},  # type: ignore[arg-type]
        "events": sorted({*TYPES.values(), GUEST_EVENT}),
        "registered": [each.type for each in await call(request, list_event_schemas)],
        "errorTypes": [kind.value for kind in ErrorType],
        "errorCodes": sorted({kind.code for kind in _tree(QflowError)}),
    }


@router.get("/schemas/{name}", response=Json, tags=["schemas"])
async def schema(request: HttpRequest, name: m.Name) -> Json:
    """The JSON Schema of one flow format: qflow or jsonflow."""
    if name not in FORMATS:
        raise UnknownObject(f"there is no schema {name!r}; there are: {', '.join(FORMATS)}")
    return json_schema("jsonflow" if name == "jsonflow" else "qflow")


@router.get("/schemas/events/{event_type}", response=m.EventSchemaShown, tags=["schemas"])
async def event_schema(request: HttpRequest, event_type: m.Name) -> Json:
    """The JSON Schema that the data of events of a type must meet in the subnet."""
    return _schema_of(await call(request, get_event_schema, event_type))


@router.put("/schemas/events/{event_type}", response=m.EventSchemaShown, tags=["schemas"])
async def put_schema(request: HttpRequest, event_type: m.Name, body: m.EventSchemaBody) -> Json:
    """Register a JSON Schema for the data of events of a type; from now on others are refused."""
    return _schema_of(await call(request, put_event_schema, event_type, body.document))


@router.delete("/schemas/events/{event_type}", response={204: None}, tags=["schemas"])
async def delete_schema(request: HttpRequest, event_type: m.Name) -> Status[None]:
    """Events of the type may hold anything again."""
    await call(request, delete_event_schema, event_type)
    return Status(204, None)


def _schema_of(schema: EventSchema) -> Json:
    return {
        "type": schema.type,
        "document": decode(schema.content),
        "author": schema.author,
        "updatedAt": time_of(schema.updated_us),
    }


def _tree(kind: type[QflowError]) -> list[type[QflowError]]:
    return [kind, *(each for child in kind.__subclasses__() for each in _tree(child))]


@router.get("/steps", response=list[m.StepTypeShown], tags=["schemas"])
async def steps(request: HttpRequest) -> list[Json]:
    """The step types this node has, with the JSON Schemas of their parameters."""
    return await call(request, _steps)


def _steps(world: World, actor: Principal) -> list[Json]:
    require(world, actor, "flows:read")
    return [_step(world.catalogue.get(name)) for name in sorted(world.catalogue.names())]


def _step(kind: StepType) -> Json:
    manifest = kind.manifest
    return {
        "type": manifest.type,
        "label": manifest.label,
        "summary": manifest.summary,
        "group": manifest.group,
        "effect": str(manifest.effect),
        "trigger": manifest.trigger,
        "icon": manifest.icon,
        "version": manifest.version,
        "inputs": list(manifest.inputs),
        "outputs": list(manifest.outputs),
        "aliases": list(manifest.aliases),
        "parameters": manifest.parameters.model_json_schema(),
    }


# --- the node ---------------------------------------------------------------------------------------


@router.get("/nodes", response=list[m.NodeShown], tags=["system"])
async def nodes(request: HttpRequest) -> list[Json]:
    """The nodes that may run for the token's subnet: this one."""
    return await call(request, _nodes)


def _nodes(world: World, actor: Principal) -> list[Json]:
    require(world, actor, "system:read")
    held = _held(world, actor)
    most = world.policy.of(actor.subnet).limits.executions_running_max
    node = {
        "nodeId": world.node,
        "address": world.public_url(),
        "capabilities": sorted(world.catalogue.names()),
        "performanceScore": 1.0,
        "currentLoad": round(min(1.0, held / max(1, most)), 4),
        "latency": 0.0,
        "daoSubnets": [actor.subnet],
        "lastSeen": time_of(world.clock.now_us()),
        "reputation": 1.0,
    }
    return [node]


def _held(world: World, actor: Principal) -> int:
    """Executions that run: all of the node for who keeps it, those of their own subnet for everybody else."""
    if keeps_the_node(actor):
        return len(world.worker.live())
    return world.journal.running(actor.subnet)


@router.get("/system/health", response={200: m.Health, 503: m.Health}, tags=["system"])
async def health(request: HttpRequest) -> Status[Json]:
    """How the node's parts are; 503 where one of them is unhealthy."""
    checks = await call(request, _health)
    status = overall(checks)
    return Status(503 if status == "unhealthy" else 200, {"status": status, "checks": checks})


def _health(world: World, actor: Principal) -> list[Json]:
    require(world, actor, "system:read")
    return checks_of(world)


@router.get("/system/metrics", response=Json, tags=["system"])
async def metrics(request: HttpRequest) -> Json:
    """Percentiles in milliseconds, throughput, errors by type and hit rates of caches."""
    return await call(request, _metrics)


def _metrics(world: World, actor: Principal) -> Json:
    require(world, actor, "system:read")
    return metrics_snapshot(world)
