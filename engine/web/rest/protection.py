"""REST: the keys and blocks of a subnet; erasing and sharing contents."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from engine.base.errors import InvalidInput
from engine.usecases.keep_blocks import block_status, collect_blocks, repair_blocks
from engine.usecases.keys import key_status, rotate_key, share_result, shred_execution
from engine.web.rest import models as m
from engine.web.rest.calls import call
from engine.web.rest.execution_views import moment, time_of

router = Router()

Json = dict[str, Any]


@router.get("/keys", response=list[m.KeyShown], tags=["protection"])
async def keys(request: HttpRequest) -> list[Json]:
    """The keys of the subnet, without what they are."""
    return [
        {
            "kind": key.kind or "subnet",
            "version": key.version,
            "id": key.id,
            "wrappedBy": key.wrapped_by,
            "createdAt": time_of(key.created_us),
            "retiredAt": moment(key.retired_us),
        }
        for key in await call(request, key_status)
    ]


@router.post("/keys/rotate", response=Json, tags=["protection"])
async def rotate(request: HttpRequest) -> Json:
    """A new key of the subnet, which alone seals from now on."""
    return {"version": await call(request, rotate_key)}


@router.get("/blocks", response=Json, tags=["protection"])
async def blocks(request: HttpRequest) -> Json:
    """How many blocks there are, how many lie elsewhere, and what keeps the others waiting."""
    return await call(request, block_status)


@router.post("/blocks/repair", response=Json, tags=["protection"])
async def repair(request: HttpRequest) -> Json:
    """Check all blocks, and fetch what is missing or broken."""
    return asdict(await call(request, repair_blocks))


@router.post("/blocks/gc", response=Json, tags=["protection"])
async def collect(request: HttpRequest) -> Json:
    """Drop blocks that nothing names any more."""
    return asdict(await call(request, collect_blocks))


@router.post("/executions/{execution_id}/shred", response=Json, tags=["protection"])
async def shred(request: HttpRequest, execution_id: m.Name) -> Json:
    """Erase the contents of an ended execution for good; its hashes and proofs stay."""
    return {"blocks": await call(request, shred_execution, execution_id)}


@router.post("/executions/{execution_id}/share", tags=["protection"])
async def share(request: HttpRequest, execution_id: m.Name, body: m.ShareBody) -> HttpResponse:
    """A step's outputs in an envelope that only the recipients open."""
    recipients = {name: _key(name, text) for name, text in body.recipients.items()}
    envelope = await call(request, share_result, execution_id, body.step, recipients)
    response = HttpResponse(envelope, content_type="application/octet-stream")
    response["Content-Disposition"] = 'attachment; filename="shared.cbor"'
    return response


def _key(name: str, text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise InvalidInput(f"the key of {name!r} is not 64 hexadecimal digits") from error
