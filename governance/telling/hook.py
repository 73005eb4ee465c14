"""Webhooks to persons, signed as Standard Webhooks 1.0 says (https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from engine.api import NetworkFailure, World, WrongState
from engine.api.governing import HttpCall, call_out
from governance.telling.wishes import Places

_TIMEOUT_MS = 10_000
_ANSWER_BYTES_MAX = 4_096


def send(world: World, subnet: str, places: Places, id: str, body: Mapping[str, Any]) -> None:
    """Call the person's webhook, within what the subnet's steps may reach. Raises :class:`NetworkFailure`
    where it is to be tried again, :class:`EgressDenied` and others where that is in vain."""
    data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    at_s = str(world.clock.now_us() // 1_000_000)
    headers = (
        ("content-type", "application/json"),
        ("webhook-id", id),
        ("webhook-timestamp", at_s),
        ("webhook-signature", signature(places.secret, id, at_s, data)),
    )
    call = HttpCall("POST", places.hook, headers, data, _TIMEOUT_MS, _ANSWER_BYTES_MAX)
    status = call_out(world, subnet, call).status
    if status == 410:
        raise WrongState("it answered 410 (Gone): it wants no calls any more")
    if not 200 <= status < 300:
        raise NetworkFailure(f"it answered {status}")


def signature(secret: str, id: str, at_s: str, data: bytes) -> str:
    """The signature over id, time (seconds since 1970) and body."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{id}.{at_s}.".encode() + data
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
