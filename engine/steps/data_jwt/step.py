"""How data.jwt runs: tokens of RFC 7519 in the compact form of RFC 7515."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from engine.base.errors import InvalidInput
from engine.flow.model import MAIN
from engine.ports.step_catalogue import Effect, Item, StepContext, StepResult, StepType
from engine.steps.data_jwt.keys import check_signature, keys_of, signed
from engine.steps.data_jwt.manifest import MANIFEST, JwtParameters
from engine.steps.item_errors import each_item
from engine.steps.json_text import parsed_json

_PARTS = 3


class JwtStep(StepType):
    """Gives one item for each that comes in, with what its token holds, or with a token."""

    manifest = MANIFEST

    def effect(self, parameters: Mapping[str, Any]) -> Effect:
        """Whether a token is good depends on the time: the answer is recorded."""
        return Effect.PURE if parameters.get("operation", "decode") == "decode" else Effect.READ

    def run(self, context: StepContext) -> StepResult:
        """Read each token, and verify it where that is asked for; or sign one for each item."""

        def work(item: Item, index: int) -> list[Item]:
            given: JwtParameters = context.parameters(index)
            json = _signed(given, context) if given.operation == "sign" else _opened(given, context)
            return [{"json": json, "pairedItem": {"item": index}}]

        return StepResult({MAIN: each_item(context, work)})


def _signed(given: JwtParameters, context: StepContext) -> dict[str, Any]:
    claims = parsed_json(given.claims) if isinstance(given.claims, str) else given.claims
    if not isinstance(claims, Mapping):
        raise InvalidInput("claims must be an object, or text that holds one as JSON")
    now_s = context.now_us // 1_000_000
    times = {"exp": given.expiresIn, "nbf": given.notBefore}
    added = {name: now_s + _whole(seconds) for name, seconds in times.items() if seconds is not None}
    payload = {**claims, "iat": claims.get("iat") or now_s, **added}
    return {"token": signed(payload, keys_of(given, context), given.keyId)}


def _whole(seconds: float) -> float:
    return int(seconds) if float(seconds).is_integer() else seconds


def _opened(given: JwtParameters, context: StepContext) -> dict[str, Any]:
    read = _read(given.token)
    if given.operation == "verify":
        check_signature(given.token, keys_of(given, context))
        _check_claims(read["payload"], given, context.now_us / 1e6)
    return read if given.complete else {"payload": read["payload"]}


def _read(token: str) -> dict[str, Any]:
    """Header, payload and signature, unverified. Errors (:class:`InvalidInput`) never hold the token."""
    parts = token.strip().split(".")
    if len(parts) != _PARTS:
        raise InvalidInput("token is no JSON Web Token: it must have three parts with dots between them")
    return {"header": _part(parts[0], "header"), "payload": _part(parts[1], "payload"), "signature": parts[2]}


def _part(text: str, name: str) -> dict[str, Any]:
    try:
        padded = text + "=" * (-len(text) % 4)
        value = parsed_json(base64.b64decode(padded, altchars=b"-_", validate=True).decode())
    except (ValueError, binascii.Error):
        raise InvalidInput(f"token is no JSON Web Token: its {name} is not JSON in base64url") from None
    if not isinstance(value, dict):
        raise InvalidInput(f"token is no JSON Web Token: its {name} is no object")
    return value


def _check_claims(claims: Mapping[str, Any], given: JwtParameters, now_s: float) -> None:
    """Times and names of RFC 7519, section 4.1. Raises :class:`InvalidInput`."""
    slack = given.clockToleranceS
    if not given.ignoreExpiration and _time(claims, "exp", now_s + 1) + slack <= now_s:
        raise InvalidInput("the token has expired (exp)")
    if not given.ignoreNotBefore and _time(claims, "nbf", now_s) - slack > now_s:
        raise InvalidInput("the token is not active yet (nbf)")
    audience = claims.get("aud")
    if given.audience and given.audience not in (audience if isinstance(audience, list) else [audience]):
        raise InvalidInput("the token is for another audience (aud)")
    if given.issuer and given.issuer != claims.get("iss"):
        raise InvalidInput("the token is by another issuer (iss)")


def _time(claims: Mapping[str, Any], name: str, default: float) -> float:
    """Seconds since 1970; a time that is no number makes the token bad, not eternal."""
    value = claims.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput(f"the token's {name} is no time")
    return float(value)
