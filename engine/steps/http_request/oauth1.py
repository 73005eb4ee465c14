"""Requests signed as OAuth 1 wants them (RFC 5849)."""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, quote

import httpx

_DIGESTS = {"HMAC-SHA1": "sha1", "HMAC-SHA256": "sha256", "HMAC-SHA512": "sha512"}
_FORM = "application/x-www-form-urlencoded"


class OAuth1Credential:
    """Signs every request anew. ``values`` are those of a credential of type oAuth1Api."""

    def __init__(
        self,
        values: Any,
        now_s: float,
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self._values, self._now_s, self._nonce = values, now_s, nonce

    def apply(self, request: httpx.Request) -> None:
        """Set the Authorization header."""
        given = self._values
        fields = {
            "oauth_consumer_key": given.consumerKey,
            "oauth_token": given.token,
            "oauth_signature_method": given.signatureMethod,
            "oauth_timestamp": str(int(self._now_s)),
            "oauth_nonce": self._nonce(),
            "oauth_version": "1.0",
        }
        fields = {name: text for name, text in fields.items() if text}
        fields["oauth_signature"] = self._signature(request, fields)
        realm = {"realm": given.realm} if given.realm else {}
        pairs = ", ".join(f'{name}="{_escaped(text)}"' for name, text in {**realm, **fields}.items())
        request.headers["Authorization"] = f"OAuth {pairs}"

    def answer(self, request: httpx.Request, challenge: httpx.Response) -> bool:
        """There is nothing else to offer."""
        return False

    def leave(self, request: httpx.Request) -> None:
        """See :meth:`Credential.leave`."""
        request.headers.pop("Authorization", None)

    def _signature(self, request: httpx.Request, fields: dict[str, str]) -> str:
        given = self._values
        key = f"{_escaped(given.consumerSecret)}&{_escaped(given.tokenSecret)}"
        text = base_string(request, fields)
        digest = hmac.digest(key.encode(), text.encode(), _DIGESTS[given.signatureMethod])
        return base64.b64encode(digest).decode("ascii")


def base_string(request: httpx.Request, fields: dict[str, str]) -> str:
    """What is signed (RFC 5849, section 3.4.1): method, address, and all parameters in order."""
    pairs = [*fields.items(), *_pairs(request.url.query)]
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM:
        pairs += _pairs(request.content)
    escaped = sorted((_escaped(name), _escaped(text)) for name, text in pairs)
    parameters = "&".join(f"{name}={text}" for name, text in escaped)
    url = request.url.copy_with(query=None, fragment=None)
    address = f"{url.scheme}://{url.netloc.decode('ascii')}{url.raw_path.decode('ascii')}"
    return "&".join(_escaped(part) for part in (request.method.upper(), address, parameters))


def _pairs(data: bytes) -> list[tuple[str, str]]:
    return parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True)


def _escaped(text: str) -> str:
    """RFC 5849, section 3.6."""
    return quote(text, safe="-._~")
