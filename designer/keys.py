"""Keys that lie in the browser: what its scripts ask for. JSON; bytes are base64."""

from __future__ import annotations

import binascii
import json
from base64 import b64decode, b64encode
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from designer.access import answer
from engine.api import (
    InvalidInput,
    Principal,
    Problem,
    add_browser,
    append_event,
    challenge_identity,
    leave_node,
    person_keys,
    person_logs,
    prepare_browser,
    prepare_event,
    prepare_leaving,
    signed_event,
    world,
)

BYTES = frozenset({"key", "next", "by"})
OTHERS = frozenset({"sub", "scopes", "until"})


@never_cache
@answer
def mine(request: HttpRequest, actor: Principal) -> JsonResponse:
    """Whose keys they are, whether the node holds them, and the signed logs, to be checked."""
    logs = person_logs(world(), actor)
    shown = {identity: [_text(event) for event in events] for identity, events in logs.items()}
    held = person_keys(world(), actor).record.held
    return JsonResponse({"identity": actor.identity, "held": held, "logs": shown})


@require_POST
@answer
def prepare_to_leave(request: HttpRequest, actor: Principal) -> JsonResponse:
    """The event by which the keys leave the node for the browser."""
    given = _given(request)
    recovery = [bytes_of(one, "recovery") for one in _list(given, "recovery")]
    key, next = (bytes_of(given.get(name), name) for name in ("key", "next"))
    return _prepared(prepare_leaving(world(), actor, key, next, recovery))


@require_POST
@answer
def leave(request: HttpRequest, actor: Principal) -> JsonResponse:
    """Let the person go."""
    body, signatures = _signed(_given(request))
    if len(signatures) != 1:
        raise InvalidInput("one signature is needed, by the new key")
    leave_node(world(), actor, body, signatures[0])
    return JsonResponse({})


@require_POST
@answer
def prepare(request: HttpRequest, actor: Principal) -> JsonResponse:
    """The next key event of the person or of one of the person's browsers."""
    given = _given(request)
    fields: dict[str, Any] = {name: bytes_of(given[name], name) for name in BYTES & set(given)}
    fields |= {name: given[name] for name in OTHERS & set(given)}
    if "recovery" in given:
        fields["recovery"] = [bytes_of(one, "recovery") for one in _list(given, "recovery")]
    identity, kind = _word(given, "identity"), _word(given, "kind")
    return _prepared(prepare_event(world(), actor, identity, kind, fields))


@require_POST
@answer
def append(request: HttpRequest, actor: Principal) -> JsonResponse:
    """Add a signed key event."""
    given = _given(request)
    append_event(world(), actor, _word(given, "identity"), signed_event(*_signed(given)))
    return JsonResponse({})


@require_POST
@answer
def prepare_further(request: HttpRequest, actor: Principal) -> JsonResponse:
    """The first event of a further browser."""
    given = _given(request)
    key, next = (bytes_of(given.get(name), name) for name in ("key", "next"))
    return _prepared(prepare_browser(world(), actor, key, next))


@require_POST
@answer
def add_further(request: HttpRequest, actor: Principal) -> JsonResponse:
    """Make a further browser known; it waits for the first one."""
    given = _given(request)
    made = add_browser(world(), actor, _word(given, "name"), signed_event(*_signed(given)))
    return JsonResponse({"identity": made.id}, status=201)


@require_POST
@never_cache
@answer
def challenge(request: HttpRequest, actor: Principal) -> JsonResponse:
    """Bytes to sign, which proves that the person is there."""
    return JsonResponse({"challenge": _text(challenge_identity(world(), _word(_given(request), "identity")))})


def _prepared(body: bytes) -> JsonResponse:
    return JsonResponse({"body": _text(body)})


def _signed(given: dict[str, Any]) -> tuple[bytes, list[bytes]]:
    signatures = [bytes_of(one, "signatures") for one in _list(given, "signatures")]
    return bytes_of(given.get("body"), "body"), signatures


def _given(request: HttpRequest) -> dict[str, Any]:
    try:
        given = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("the request is no JSON") from error
    if not isinstance(given, dict):
        raise InvalidInput("the request is no JSON object")
    return given


def _list(given: dict[str, Any], name: str) -> list[Any]:
    value = given.get(name)
    if not isinstance(value, list) or len(value) > 8:
        raise _wrong(name, "a list of at most 8 values")
    return value


def _word(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value.isprintable():
        raise _wrong(name, "a text")
    return value


def bytes_of(value: Any, name: str) -> bytes:
    """The bytes of a base64 field; raises :class:`InvalidInput`."""
    try:
        return b64decode(value, validate=True)
    except (binascii.Error, ValueError, TypeError) as error:
        raise _wrong(name, "bytes in base64") from error


def _wrong(name: str, wanted: str) -> InvalidInput:
    return InvalidInput(f"{name}: {wanted} is needed", [Problem(name, f"{wanted} is needed")])


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")
