"""Puts credentials on requests and answers challenges."""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Generator, Mapping
from typing import Any, Protocol

import httpx
import orjson

from engine.base.errors import StepFailure
from engine.base.limits import HTTP_TOKENS_MAX
from engine.ports.tokens import TOKEN_MARGIN_SECONDS, lifetime
from engine.steps.http_request.addresses import read_url, shown
from engine.steps.http_request.building import check_header_value
from engine.steps.http_request.parameters import BasicAuth, BearerAuth, DigestAuth, HeaderAuth, OAuth2Auth

Fetch = Callable[[httpx.Request], tuple[int, bytes]]
"""Sends a request without credentials of its own; gives status and body."""


class Credential(Protocol):
    """One way to authenticate, for the requests of one step run."""

    def apply(self, request: httpx.Request) -> None:
        """Put the credentials on a request that is about to be sent."""

    def answer(self, request: httpx.Request, challenge: httpx.Response) -> bool:
        """After a 401: change the request and give True to have it sent once more."""

    def leave(self, request: httpx.Request) -> None:
        """Take the credentials off a request that goes on to another origin."""


class HeaderCredential:
    """A fixed header, or none."""

    def __init__(self, name: str = "", value: str = "") -> None:
        self._name, self._value = name, value
        if name:
            check_header_value(name, value)

    def apply(self, request: httpx.Request) -> None:
        """Set the header."""
        if self._name:
            request.headers[self._name] = self._value

    def answer(self, request: httpx.Request, challenge: httpx.Response) -> bool:
        """There is nothing else to offer."""
        return False

    def leave(self, request: httpx.Request) -> None:
        """Take the header off."""
        if self._name:
            request.headers.pop(self._name, None)


class DigestCredential:
    """An answer to the server's challenge; later requests reuse it (RFC 7616)."""

    def __init__(self, username: str, password: str) -> None:
        self._auth = httpx.DigestAuth(username, password)
        self._flow: Generator[httpx.Request, httpx.Response, None] | None = None

    def apply(self, request: httpx.Request) -> None:
        """Answer the last challenge again, if there was one."""
        request.headers.pop("Authorization", None)
        self._flow = self._auth.sync_auth_flow(request)
        next(self._flow)

    def answer(self, request: httpx.Request, challenge: httpx.Response) -> bool:
        """Work out the answer to this challenge."""
        assert self._flow is not None
        try:
            self._flow.send(challenge)
        except StopIteration:
            return False
        except (httpx.HTTPError, NotImplementedError, KeyError, ValueError) as error:
            raise StepFailure(
                f"{shown(request.url)} asks for a kind of digest authentication that is not known here"
            ) from error
        return True

    def leave(self, request: httpx.Request) -> None:
        """Take the answer off."""
        request.headers.pop("Authorization", None)


class TokenCache:
    """Tokens until shortly before they end; bounded, safe for threads."""

    def __init__(
        self, tokens_max: int = HTTP_TOKENS_MAX, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._tokens: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._max, self._clock = tokens_max, clock
        self._lock = threading.Lock()

    def get(self, key: str) -> str | None:
        """The token, while it lasts."""
        with self._lock:
            token, until = self._tokens.get(key, ("", 0.0))
            return token if until > self._clock() else None

    def put(self, key: str, token: str, seconds: float) -> None:
        """Keep a token that lasts so long."""
        with self._lock:
            self._tokens[key] = (token, self._clock() + max(seconds - TOKEN_MARGIN_SECONDS, 0))
            self._tokens.move_to_end(key)
            while len(self._tokens) > self._max:
                self._tokens.popitem(last=False)

    def drop(self, key: str) -> None:
        """Forget a token that was refused."""
        with self._lock:
            self._tokens.pop(key, None)


class OAuth2Credential:
    """A bearer token fetched with the client's own credentials and kept while it lasts."""

    def __init__(self, given: OAuth2Auth, subnet: str, tokens: TokenCache, fetch: Fetch) -> None:
        self._given, self._tokens, self._fetch = given, tokens, fetch
        self._key = hashlib.sha256(orjson.dumps([subnet, given.model_dump()])).hexdigest()
        self._from_cache = False

    def apply(self, request: httpx.Request) -> None:
        """Set the token, fetching one where none is at hand."""
        token = self._tokens.get(self._key)
        self._from_cache = token is not None
        token = token or self._new_token()
        check_header_value("Authorization", token)
        request.headers["Authorization"] = f"Bearer {token}"

    def answer(self, request: httpx.Request, challenge: httpx.Response) -> bool:
        """A kept token may have been revoked: try once with a new one."""
        if not self._from_cache:
            return False
        self._tokens.drop(self._key)
        self.apply(request)
        return True

    def leave(self, request: httpx.Request) -> None:
        """Take the token off."""
        request.headers.pop("Authorization", None)

    def _new_token(self) -> str:
        given = self._given
        url = read_url(given.tokenUrl, "auth.tokenUrl").url
        fields = {"grant_type": "client_credentials", "scope": given.scope, "audience": given.audience}
        in_body = given.sendAs == "body"
        request = token_request(url, given.clientId, given.clientSecret, fields, in_body)
        answer = token_answer(self._fetch, request)
        self._tokens.put(self._key, answer["access_token"], lifetime(answer))
        return str(answer["access_token"])


def token_request(
    url: httpx.URL, client: str, secret: str, fields: Mapping[str, str], in_body: bool
) -> httpx.Request:
    """A request for a token (RFC 6749, section 2.3.1); fields without a value are left out."""
    headers = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate", "User-Agent": "Qflow"}
    given = dict(fields)
    if in_body or not secret:
        given |= {"client_id": client, "client_secret": secret}
    else:
        headers["Authorization"] = basic(client, secret)
    data = {name: value for name, value in given.items() if value}
    return httpx.Request("POST", url, headers=headers, data=data)


def token_answer(fetch: Fetch, request: httpx.Request) -> dict[str, Any]:
    """What the server gives for a request for a token; raises :class:`StepFailure`."""
    status, body = fetch(request)
    try:
        answer: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        answer = None
    if status < 400 and isinstance(answer, dict) and isinstance(answer.get("access_token"), str):
        return answer
    problem = answer.get("error") if isinstance(answer, dict) else None
    text = f" ({problem})" if isinstance(problem, str) else ""
    raise StepFailure(
        f"{shown(request.url)} gave no access token: status {status}{text}; check clientId and clientSecret",
        retryable=status >= 500 or status == 429,
        status=status,
    )


def credential_of(auth: Any, subnet: str, tokens: TokenCache, fetch: Fetch) -> Credential:
    """The credential for auth parameters; a query credential is part of the address instead."""
    match auth:
        case BasicAuth():
            return HeaderCredential("Authorization", basic(auth.username, auth.password))
        case BearerAuth():
            return HeaderCredential("Authorization", f"Bearer {auth.token}")
        case HeaderAuth():
            return HeaderCredential(auth.name, auth.value)
        case DigestAuth():
            return DigestCredential(auth.username, auth.password)
        case OAuth2Auth():
            return OAuth2Credential(auth, subnet, tokens, fetch)
    return HeaderCredential()


def basic(username: str, password: str) -> str:
    """The header's value for a user and a password (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode("ascii")
