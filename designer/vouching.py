"""Signing flows with a key that lies in the browser."""

from __future__ import annotations

from base64 import b64encode

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from designer.access import answer
from designer.keys import bytes_of
from designer.requests import part, sent
from engine.api import FlowSignature, Principal, get_flow, prepare_vouching, vouch_for_flow, world


@require_POST
@answer
def prepare(request: HttpRequest, actor: Principal, flow: str) -> JsonResponse:
    """What is to be signed."""
    told = prepare_vouching(world(), actor, flow)
    body = b64encode(told.data).decode("ascii")
    return JsonResponse({"version": told.version, "at": told.at_us, "subnet": actor.subnet, "body": body})


@require_POST
@answer
def sign(request: HttpRequest, actor: Principal, flow: str) -> JsonResponse:
    """Keep the signature."""
    get_flow(world(), actor, flow)  # whose flow it is counts before what is sent
    given = sent(request)
    version, identity, key = (part(given, name, str) for name in ("version", "identity", "key"))
    signature = bytes_of(part(given, "signature", str), "signature")
    made = FlowSignature(version, identity, key, part(given, "at", int), signature)
    vouch_for_flow(world(), actor, flow, made)
    return JsonResponse({})
