"""Who calls a webhook: a password (RFC 7617), a header that only the caller knows, or a JSON Web Token
(RFC 7519, signed with HMAC as in RFC 7518 section 3.2), and which browsers and crawlers may.

Several secrets may be in force, so that they can be changed without losing calls.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from engine.base.errors import CallerRefused, CallRefused
from engine.base.limits import WEBHOOK_TOKEN_BYTES_MAX

CallerScheme = Literal["basic", "header", "jwt"]
TokenAlgorithm = Literal["HS256", "HS384", "HS512"]

_HASHES: dict[str, str] = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}
_PART = re.compile(r"[A-Za-z0-9_-]+\Z")
_CRAWLER = re.compile(r"bot\b|crawl|spider|slurp|preview|facebookexternalhit|headlesschrome", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CallerRule:
    """How callers prove who they are. A secret is ``user:password`` for ``basic``, the header's value for
    ``header``, the HMAC key for ``jwt``. ``leeway_s`` is how far the clocks of tokens may be off."""

    scheme: CallerScheme
    secrets: tuple[str, ...]
    header: str = "x-api-key"
    algorithm: TokenAlgorithm = "HS256"
    leeway_s: int = 0


def verify_caller(rule: CallerRule, headers: Mapping[str, str], now_s: int) -> Mapping[str, Any] | None:
    """The claims of the caller's token, or None where the scheme has none. ``headers`` have lower-case names.

    Raises :class:`CallRefused` whose ``details["reason"]`` is ``missing``, ``malformed``, ``stale`` or
    ``mismatch``.
    """
    if rule.scheme == "jwt":
        return _claims(rule, _authorization(headers, "Bearer"), now_s)
    if rule.scheme == "basic":
        given = _password(_authorization(headers, "Basic"))
    else:
        given = headers.get(rule.header.lower(), "").encode()
        if not given:
            raise _refused("missing", f"the header {rule.header} is missing")
    if not _one_of(given, (secret.encode() for secret in rule.secrets)):
        raise _refused("mismatch", "the credentials are not those that the webhook asks for", rule.scheme)
    return None


def check_browser(headers: Mapping[str, str], origins: Sequence[str], *, ignore_bots: bool) -> None:
    """Raise :class:`CallerRefused` for a page of another origin than those listed (none: any may call), and
    for crawlers and link previews where they are not wanted. Both can be forged: neither proves anything."""
    origin = headers.get("origin", "")
    if origin and origins and origin not in origins and "*" not in origins:
        raise CallerRefused(f"pages of {origin} may not call this webhook", reason="origin")
    if ignore_bots and _CRAWLER.search(headers.get("user-agent", "")):
        raise CallerRefused("this webhook does not answer crawlers and link previews", reason="bot")


def _authorization(headers: Mapping[str, str], scheme: str) -> str:
    kind, _, given = headers.get("authorization", "").strip().partition(" ")
    if not kind:
        raise _refused("missing", "the header Authorization is missing", scheme)
    if kind.lower() != scheme.lower() or not given.strip():
        raise _refused("malformed", f"Authorization must be {scheme!r} and the credentials", scheme)
    return given.strip()


def _password(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise _refused("malformed", "the credentials are not base64", "Basic") from error


def _one_of(given: bytes, wanted: Iterable[bytes]) -> bool:
    """Whether it is one of those; each is compared, in a time that tells nothing of content or length."""
    mine = hashlib.sha256(given).digest()
    found = [hmac.compare_digest(mine, hashlib.sha256(one).digest()) for one in wanted]
    return any(found)


# --- tokens -----------------------------------------------------------------------------------------


def _claims(rule: CallerRule, token: str, now_s: int) -> Mapping[str, Any]:
    """The algorithm is the webhook's, never the token's, and the claims are read after the signature."""
    parts = token.split(".")
    if len(token) > WEBHOOK_TOKEN_BYTES_MAX or len(parts) != 3 or not all(map(_PART.match, parts)):
        raise _refused("malformed", "the token is no signed JSON Web Token")
    head = _object(parts[0])
    if head.get("alg") != rule.algorithm or "crit" in head:
        raise _refused("mismatch", f"the token must be signed with {rule.algorithm}")
    signed = ".".join(parts[:2]).encode()
    macs = (hmac.new(key.encode(), signed, _HASHES[rule.algorithm]).digest() for key in rule.secrets)
    if not _one_of(_bytes(parts[2]), macs):
        raise _refused("mismatch", "the token is not signed with a key in force")
    claims = _object(parts[1])
    _check_times(claims, now_s, rule.leeway_s)
    return claims


def _check_times(claims: Mapping[str, Any], now_s: int, leeway_s: int) -> None:
    expires, begins = (_seconds(claims, name) for name in ("exp", "nbf"))
    if expires is not None and now_s >= expires + leeway_s:
        raise _refused("stale", "the token has expired")
    if begins is not None and now_s < begins - leeway_s:
        raise _refused("stale", "the token is not valid yet")


def _seconds(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise _refused("malformed", f"the claim {name} must be a number of seconds")
    return value


def _object(part: str) -> dict[str, Any]:
    try:
        value = json.loads(_bytes(part))
    except (ValueError, RecursionError) as error:
        raise _refused("malformed", "a part of the token is not JSON") from error
    if not isinstance(value, dict):
        raise _refused("malformed", "a part of the token is not a JSON object")
    return value


def _bytes(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (ValueError, binascii.Error) as error:
        raise _refused("malformed", "a part of the token is not base64url") from error


def _refused(reason: str, message: str, scheme: str = "Bearer") -> CallRefused:
    challenge = "Basic" if scheme.lower() == "basic" else "Bearer"
    return CallRefused(message, reason=reason, challenge=challenge)
