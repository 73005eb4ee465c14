"""Stored credentials on requests: what each type puts where, after its scope has let it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import orjson

from engine.base.errors import CapabilityDenied, InvalidInput
from engine.ports.credentials import Credential as Held
from engine.ports.tokens import token_state
from engine.steps.http_request.addresses import port_of, read_url, shown
from engine.steps.http_request.building import check_header_value
from engine.steps.http_request.credentials import (
    Credential,
    DigestCredential,
    Fetch,
    HeaderCredential,
    basic,
    token_answer,
    token_request,
)
from engine.steps.http_request.oauth1 import OAuth1Credential
from engine.steps.http_request.parameters import CARRIED
from engine.validation.credential_scope import check_destination


def held_credential(held: Held, url: httpx.URL, fetch: Fetch, now_s: float) -> Credential:
    """What puts the credential on requests to this address; raises :class:`CapabilityDenied`."""
    check_destination(held, url.scheme, url.host, port_of(url))
    given = held.values
    match held.key.type:
        case "httpBasicAuth":
            return HeaderCredential("Authorization", basic(given.user, given.password))
        case "httpDigestAuth":
            return DigestCredential(given.user, given.password)
        case "httpHeaderAuth":
            return HeaderCredential(given.name, given.value)
        case "httpBearerAuth":
            return HeaderCredential("Authorization", f"Bearer {given.token}")
        case "httpQueryAuth":
            return AddedCredential({}, {given.name: given.value}, {})
        case "httpCustomAuth":
            parts = given.json_
            return AddedCredential(parts.get("headers", {}), parts.get("qs", {}), parts.get("body", {}))
        case "oAuth1Api":
            return OAuth1Credential(given, now_s)
        case "oAuth2Api":
            return TokenCredential(held, fetch, now_s)
    raise InvalidInput(f"the credential {held.key} is not for requests; they carry: {', '.join(CARRIED)}")


Certificates = tuple[str | None, str | None, str | None]
"""Of the authorities to trust, of the client, and the client's key; as PEM."""


def held_certificates(held: Held, url: httpx.URL) -> Certificates:
    """The client's certificate for a connection to this address; raises :class:`CapabilityDenied`."""
    if held.key.type != "httpSslAuth":
        raise InvalidInput(f"the credential {held.key} is no certificate; name one of type httpSslAuth")
    check_destination(held, url.scheme, url.host, port_of(url))
    given = held.values
    return given.ca or None, given.cert or None, _opened_key(given.key, given.passphrase) or None


def _opened_key(pem: str, passphrase: str) -> str:
    """The key without its passphrase; raises :class:`InvalidInput`."""
    if not passphrase:
        return pem
    from cryptography.hazmat.primitives import serialization as forms

    try:
        key = forms.load_pem_private_key(pem.encode(), passphrase.encode())
    except (ValueError, TypeError):
        raise InvalidInput("the credential's key cannot be read with its passphrase") from None
    plain = forms.NoEncryption()
    return key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, plain).decode()


class AddedCredential:
    """Headers, query parameters and fields of a JSON or form body, added to what the flow sends."""

    def __init__(self, headers: Mapping[str, Any], query: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        self._headers, self._query, self._body = headers, query, body
        for name, value in headers.items():
            check_header_value(name, str(value))

    def apply(self, request: httpx.Request) -> None:
        """Add them; what the flow sends under the same name is replaced."""
        for name, value in self._headers.items():
            request.headers[name] = str(value)
        if self._query:
            texts = {name: str(text) for name, text in self._query.items()}
            request.url = request.url.copy_merge_params(texts)
        if self._body:
            _add_to_body(request, self._body)

    def answer(self, request: httpx.Request, challenge: httpx.Response) -> bool:
        """There is nothing else to offer."""
        return False

    def leave(self, request: httpx.Request) -> None:
        """See :meth:`Credential.leave`; what stands in a body cannot be taken out of it again."""
        for name in self._headers:
            request.headers.pop(name, None)
        if self._body and request.content:
            raise CapabilityDenied(
                f"{shown(request.url)} is another origin, where the credential's body may not be sent",
                operation="credential",
                reason="out-of-scope",
            )


def _add_to_body(request: httpx.Request, fields: Mapping[str, Any]) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        merged = httpx.QueryParams(request.content.decode()).merge({k: str(v) for k, v in fields.items()})
        data = str(merged).encode()
    else:
        try:
            body = orjson.loads(request.content or b"{}")
        except orjson.JSONDecodeError:
            body = None
        if not isinstance(body, dict):
            raise InvalidInput("the credential adds to the body, which must then be a JSON object or a form")
        data = orjson.dumps({**body, **fields})
        request.headers["Content-Type"] = "application/json"
    fresh = httpx.Request(request.method, request.url, headers=_without_length(request), content=data)
    request.headers, request.stream, request._content = fresh.headers, fresh.stream, data


def _without_length(request: httpx.Request) -> httpx.Headers:
    headers = request.headers.copy()
    headers.pop("content-length", None)
    return headers


class TokenCredential:
    """A bearer token of OAuth 2: the kept one while it lasts, else a refreshed or a new one (RFC 6749)."""

    def __init__(self, held: Held, fetch: Fetch, now_s: float) -> None:
        self._held, self._fetch, self._now_s = held, fetch, now_s
        self._state = dict(held.state)
        self._fresh = False

    def apply(self, request: httpx.Request) -> None:
        """Set the token."""
        if not self._state.get("access_token") or self._state.get("until", 0) <= self._now_s:
            self._renew()
        check_header_value("Authorization", str(self._state["access_token"]))
        request.headers["Authorization"] = f"Bearer {self._state['access_token']}"

    def answer(self, request: httpx.Request, challenge: httpx.Response) -> bool:
        """A kept token may have been revoked: try once with a new one."""
        if self._fresh:
            return False
        self._state["until"] = 0
        self.apply(request)
        return True

    def leave(self, request: httpx.Request) -> None:
        """See :meth:`Credential.leave`."""
        request.headers.pop("Authorization", None)

    def _renew(self) -> None:
        answer = self._asked(self._fields())
        self._state = token_state(answer, self._now_s, self._state.get("refresh_token", ""))
        self._fresh = True
        self._held.keep(self._state)

    def _fields(self) -> dict[str, str]:
        given = self._held.values
        refresh = self._state.get("refresh_token") or given.refreshToken
        if refresh:
            return {"grant_type": "refresh_token", "refresh_token": str(refresh)}
        if given.grantType != "clientCredentials":
            raise InvalidInput(
                f"the credential {self._held.key} has no token yet: connect it, on its page in the browser, "
                "or fill in a refreshToken"
            )
        return {"grant_type": "client_credentials", "scope": given.scope, "audience": given.audience}

    def _asked(self, fields: dict[str, str]) -> dict[str, Any]:
        given = self._held.values
        url = read_url(given.accessTokenUrl, "accessTokenUrl").url
        if url.scheme != "https" and not self._held.plain_http:
            raise CapabilityDenied(
                f"the credential {self._held.key} does not travel over plain http: mend accessTokenUrl, "
                "or set plainHttp in its scope",
                operation="credential",
                reason="out-of-scope",
            )
        in_body = given.authentication == "body"
        request = token_request(url, given.clientId, given.clientSecret, fields, in_body)
        return token_answer(self._fetch, request)
