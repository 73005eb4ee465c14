"""How data.jwt runs: tokens of RFC 7519 in the compact form of RFC 7515."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from engine.base.errors import InvalidInput
from engine.flow.model import MAIN
from engine.ports.step_catalogue import Effect, Item, StepContext, StepResult, StepType
from engine.steps.data_jwt.manifest import MANIFEST, JwtParameters
from engine.steps.item_errors import each_item
from engine.steps.json_text import parsed_json

_PARTS = 3
_PUBLIC = ("-----BEGIN PUBLIC KEY-----", "-----BEGIN RSA PUBLIC KEY-----")


class JwtStep(StepType):
    """Gives one item for each that comes in, with what its token holds."""

    manifest = MANIFEST

    def effect(self, parameters: Mapping[str, Any]) -> Effect:
        """Whether a token is good depends on the time: the answer is recorded."""
        return Effect.PURE if parameters.get("operation", "decode") == "decode" else Effect.READ

    def run(self, context: StepContext) -> StepResult:
        """Read each token, and verify it where that is asked for."""

        def work(item: Item, index: int) -> list[Item]:
            given: JwtParameters = context.parameters(index)
            read = _read(given.token)
            if given.operation == "verify":
                _verify(given)
                _check_claims(read["payload"], given, context.now_us / 1e6)
            json = read if given.complete else {"payload": read["payload"]}
            return [{"json": json, "pairedItem": {"item": index}}]

        return StepResult({MAIN: each_item(context, work)})


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


def _verify(given: JwtParameters) -> None:
    """Check the signature by the one algorithm that is accepted. Raises :class:`InvalidInput`."""
    import jwt

    if not given.publicKey.strip().startswith(_PUBLIC):
        raise InvalidInput("publicKey is no public key as PEM (-----BEGIN PUBLIC KEY-----)")
    options: Any = {"enforce_minimum_key_length": True}
    try:
        jwt.PyJWS(options=options).decode(
            given.token.strip(), given.publicKey.strip(), algorithms=[given.algorithm]
        )
    except jwt.InvalidAlgorithmError:
        raise InvalidInput(f"the token is not signed with {given.algorithm}") from None
    except jwt.InvalidSignatureError:
        raise InvalidInput("the token's signature is not by this publicKey") from None
    except (jwt.PyJWTError, ValueError, TypeError):
        raise InvalidInput(
            f"the token cannot be verified: publicKey is no fit for {given.algorithm}, or its header is wrong"
        ) from None


def _check_claims(claims: Mapping[str, Any], given: JwtParameters, now_s: float) -> None:
    """Times and names of RFC 7519, section 4.1. Raises :class:`InvalidInput`."""
    if _time(claims, "exp", now_s + 1) <= now_s:
        raise InvalidInput("the token has expired (exp)")
    if _time(claims, "nbf", now_s) > now_s:
        raise InvalidInput("the token is not valid yet (nbf)")
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
