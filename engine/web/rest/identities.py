"""REST: identities, their key event logs, and keys that others hold. Bytes are base64."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import Field

from engine.base.errors import InvalidInput
from engine.base.multikey import did_key, multikey
from engine.keylog.form import CONTEXT
from engine.keylog.making import signed
from engine.usecases.manage_identities import (
    IdentityView,
    create_identity,
    delegate_identity,
    get_identity,
    identity_logs,
    list_identities,
    recover_identity,
    revoke_identity,
    rotate_identity,
    withdraw_delegation,
)
from engine.usecases.own_keys import (
    CHALLENGE,
    append_event,
    challenge_identity,
    prepare_event,
    prepare_inception,
    register_identity,
)
from engine.web.rest.calls import call, call_bare
from engine.web.rest.execution_views import moment, time_of
from engine.web.rest.models import Given, Name

router = Router(tags=["identities"])

Json = dict[str, Any]
Base64 = Annotated[str, Field(max_length=24_000)]


class IdentityBody(Given):
    """An identity to make, with keys that the node holds."""

    subject: Name = "service"
    name: Name
    delegated: bool = False


class InceptionBody(Given):
    """What an inception shall say; ``next`` and ``recovery`` are SHA-256 of public keys."""

    subject: Name = "person"
    key: Base64
    next: Base64 | None = None
    recovery: list[Base64] = Field([], max_length=8)


class RegisterBody(Given):
    """A signed inception: the body as it was prepared, and the signature over what was to be signed."""

    name: Name
    body: Base64
    signatures: list[Base64] = Field(max_length=2)


class EventBody(Given):
    """A signed key event."""

    body: Base64
    signatures: list[Base64] = Field(max_length=2)


class PrepareBody(Given):
    """A key event to prepare."""

    kind: Name
    key: Base64 | None = None
    next: Base64 | None = None
    by: Base64 | None = None
    recovery: list[Base64] | None = None
    sub: Name | None = None
    scopes: list[Name] | None = None
    until: Annotated[int, Field(ge=0)] | None = None


class DelegationBody(Given):
    """What a sub-identity may do, for how long."""

    sub: Name
    scopes: list[Name] = Field(min_length=1, max_length=64)
    expiresInSeconds: Annotated[int, Field(ge=1, le=10**10)] | None = None


class RecoveryBody(Given):
    """A recovery key: 32 bytes."""

    recoveryKey: Base64


@router.get("/identities", response=list[Json])
async def list_(request: HttpRequest) -> list[Json]:
    """The identities of the token's subnet and of the node."""
    return [_record(record) for record in await call(request, list_identities)]


@router.post("/identities", response={201: Json})
async def create(request: HttpRequest, body: IdentityBody) -> Status[Json]:
    """A new identity with keys that the node holds; the recovery key is shown only now."""
    view, seed = await call(request, create_identity, body.subject, body.name, delegated=body.delegated)
    return Status(201, shown(view) | {"recoveryKey": _text(seed)})


@router.post("/identities/prepare", response=Json)
async def prepare_first(request: HttpRequest, body: InceptionBody) -> Json:
    """The first event of an identity whose keys others hold, for them to sign."""
    next = None if body.next is None else bytes_of(body.next)
    recovery = [bytes_of(one) for one in body.recovery]
    made = await call(request, prepare_inception, body.subject, bytes_of(body.key), next, recovery)
    return _prepared(made)


@router.post("/identities/register", response={201: Json})
async def register(request: HttpRequest, body: RegisterBody) -> Status[Json]:
    """Make an identity known whose keys others hold."""
    view = await call(request, register_identity, body.name, _event(body.body, body.signatures))
    return Status(201, shown(view))


@router.get("/identities/{identity}", response=Json)
async def get(request: HttpRequest, identity: Name) -> Json:
    """One identity, by its id or label, and what its checked log says."""
    return shown(await call(request, get_identity, identity))


@router.get("/identities/{identity}/log", response=Json)
async def log(request: HttpRequest, identity: Name) -> Json:
    """The signed key events of an identity and of all that delegate to it."""
    logs = await call(request, identity_logs, identity)
    return {id: [_text(event) for event in events] for id, events in logs.items()}


@router.post("/identities/{identity}/rotate", response=Json)
async def rotate(request: HttpRequest, identity: Name) -> Json:
    """Bring the next key into force, a moment from now."""
    return await _changed(request, identity, rotate_identity)


@router.post("/identities/{identity}/revoke", response=Json)
async def revoke(request: HttpRequest, identity: Name) -> Json:
    """End an identity at once."""
    return await _changed(request, identity, revoke_identity)


@router.post("/identities/{identity}/recover", response=Json)
async def recover(request: HttpRequest, identity: Name, body: RecoveryBody) -> Json:
    """New keys by the recovery key; the next recovery key is shown only now."""
    _, seed = await call(request, recover_identity, identity, bytes_of(body.recoveryKey))
    return shown(await call(request, get_identity, identity)) | {"recoveryKey": _text(seed)}


@router.post("/identities/{identity}/delegations", response=Json)
async def delegate(request: HttpRequest, identity: Name, body: DelegationBody) -> Json:
    """Let a sub-identity act under some scopes."""
    until_us = None
    if body.expiresInSeconds is not None:
        until_us = await call_bare(_now_us) + body.expiresInSeconds * 1_000_000
    return await _changed(request, identity, delegate_identity, body.sub, body.scopes, until_us)


@router.delete("/identities/{identity}/delegations/{sub}", response=Json)
async def withdraw(request: HttpRequest, identity: Name, sub: Name) -> Json:
    """Let a sub-identity do nothing any more."""
    return await _changed(request, identity, withdraw_delegation, sub)


@router.post("/identities/{identity}/events/prepare", response=Json)
async def prepare(request: HttpRequest, identity: Name, body: PrepareBody) -> Json:
    """The next key event of an identity whose keys others hold, for them to sign."""
    fields = body.model_dump(exclude_unset=True, exclude={"kind"})
    for name in ("key", "next", "by"):
        if fields.get(name) is not None:
            fields[name] = bytes_of(fields[name])
    if "recovery" in fields:
        fields["recovery"] = [bytes_of(one) for one in fields["recovery"] or ()]
    return _prepared(await call(request, prepare_event, identity, body.kind, fields))


@router.post("/identities/{identity}/events", response=Json)
async def append(request: HttpRequest, identity: Name, body: EventBody) -> Json:
    """Add a key event that the holder of the keys signed."""
    return await _changed(request, identity, append_event, _event(body.body, body.signatures))


@router.post("/identities/{identity}/challenge", response=Json)
async def challenge(request: HttpRequest, identity: Name) -> Json:
    """Bytes to sign, to prove that one holds the key of an identity."""
    made = await call_bare(challenge_identity, identity)
    return {"challenge": _text(made), "toSign": _text(CHALLENGE + made)}


async def _changed(request: HttpRequest, identity: str, act: Any, *args: Any) -> Json:
    await call(request, act, identity, *args)
    return shown(await call(request, _now, identity))


def _now(world: Any, actor: Any, identity: str) -> IdentityView:
    world.identities.refresh()
    return get_identity(world, actor, identity)


def _now_us(world: Any) -> int:
    return int(world.clock.now_us())


def shown(view: IdentityView) -> Json:
    """An identity and what its log says."""
    state = view.state
    return _record(view.record) | {
        "sequence": state.sequence,
        "head": state.head,
        "key": multikey(state.key),
        "didKey": did_key(state.key),
        "keys": [{"key": multikey(period.key), "from": time_of(period.since)} for period in state.periods],
        "recoveryKeys": len(state.recovery),
        "revokedAt": moment(state.revoked_since),
        "delegations": [
            {
                "sub": given.sub,
                "scopes": sorted(given.scopes),
                "from": time_of(given.since),
                "until": moment(given.until),
            }
            for given in state.delegations
        ],
    }


def _record(record: Any) -> Json:
    return {
        "id": record.id,
        "subnet": record.subnet,
        "subject": record.subject,
        "name": record.name,
        "label": record.label,
        "keysHeldBy": "node" if record.held else "owner",
        "delegator": record.delegator,
        "createdAt": time_of(record.created_us),
        "revokedAt": moment(record.revoked_us),
    }


def _prepared(body: bytes) -> Json:
    return {"body": _text(body), "toSign": _text(CONTEXT + body)}


def _event(body: str, signatures: list[str]) -> bytes:
    return signed(bytes_of(body), [bytes_of(one) for one in signatures])


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def bytes_of(text: str) -> bytes:
    """The bytes that a base64 text stands for; raises :class:`InvalidInput`."""
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("a value is not base64") from error
