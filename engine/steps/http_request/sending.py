"""Sends requests for one step run: redirects, challenges, circuit breakers, time limits and errors."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import httpcore
import httpx

from engine.base.errors import InvalidInput, NetworkFailure, StepFailure, TimedOut
from engine.base.limits import Limits
from engine.ports.step_catalogue import Breakers, Cancellation
from engine.steps.http_request.addresses import (
    is_secret_name,
    may_carry_secrets,
    port_of,
    read_url,
    shown,
    target_of,
)
from engine.steps.http_request.connections import Connections, Pool, Route
from engine.steps.http_request.credentials import Credential, HeaderCredential
from engine.steps.http_request.exchange import Exchange
from engine.steps.http_request.manifest import METHODS_READING
from engine.steps.http_request.network import TlsRefused
from engine.steps.http_request.reading import read_bounded
from engine.validation.egress import check_host, is_named

DISCARD_BYTES_MAX = 65_536
"""How much of an unwanted body is read to keep its connection."""

STALE_RETRIES_MAX = 2

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_METADATA_LEFT_OUT = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})

logging.getLogger("httpcore").setLevel(logging.INFO)  # its debug messages hold headers


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole response. ``headers`` keep their order and repetitions."""

    status: int
    reason: str
    headers: httpx.Headers
    body: bytes
    url: httpx.URL
    method: str


@dataclass(frozen=True, slots=True)
class Options:
    """How requests are sent; times in seconds."""

    follow: bool = True
    redirects_max: int = 10
    timeout: float = 300.0
    connect_timeout: float = 10.0


class Surroundings(Protocol):
    """What sending asks of the step it is done for; every :class:`StepContext` has it."""

    @property
    def timeout_ms(self) -> int: ...
    @property
    def limits(self) -> Limits: ...
    @property
    def breakers(self) -> Breakers: ...
    @property
    def cancellation(self) -> Cancellation: ...


class Sender:
    """Sends the requests of one step run, one after the other."""

    def __init__(self, context: Surroundings, connections: Connections, exchange: Exchange) -> None:
        self._context, self._connections, self._exchange = context, connections, exchange
        self._ends = time.monotonic() + context.timeout_ms / 1000

    def send(self, request: httpx.Request, credential: Credential, route: Route, options: Options) -> Fetched:
        """The response after all redirects and challenges; error statuses are responses too.

        Raises :class:`EgressDenied`, :class:`NetworkFailure`, :class:`TimedOut`,
        :class:`PayloadTooLarge`, :class:`StepFailure` and :class:`StepCancelled`.
        """
        seconds = min(options.timeout, max(self._ends - time.monotonic(), 0.001))
        self._exchange.limit(seconds)
        return self.follow(request, credential, route, replace(options, timeout=seconds))

    def follow(
        self, request: httpx.Request, credential: Credential, route: Route, options: Options
    ) -> Fetched:
        """As :meth:`send`, within the time that is left of a request under way."""
        own_cookie, cookies = request.headers.get("cookie"), httpx.Cookies()
        for _ in range(options.redirects_max + 1):
            _set_cookies(request, own_cookie, cookies)
            with self._connections.pool(route) as pool:
                answer = self._authenticated(pool, request, credential, route, options)
                with contextlib.closing(answer):
                    if "set-cookie" in answer.headers:
                        cookies.extract_cookies(answer.metadata)
                    location = answer.headers.get("location")
                    if not options.follow or answer.status not in _REDIRECTS or not location:
                        return self._whole(answer, options)
                    answer.discard()
            following = redirected(request, answer.status, location)
            if not may_carry_secrets(request.url, following.url):
                credential.leave(following)
                credential, own_cookie = HeaderCredential(), None
            request = following
        raise StepFailure(f"{shown(request.url)}: more than {options.redirects_max} redirects")

    def _authenticated(
        self, pool: Pool, request: httpx.Request, credential: Credential, route: Route, options: Options
    ) -> Answer:
        credential.apply(request)
        answer = self._once(pool, request, route, options)
        if answer.status != 401:
            return answer
        with contextlib.ExitStack() as unless_kept:
            unless_kept.callback(answer.close)
            if not credential.answer(request, answer.metadata):
                unless_kept.pop_all()
                return answer
            answer.discard()
        return self._once(pool, request, route, options)

    def _once(self, pool: Pool, request: httpx.Request, route: Route, options: Options) -> Answer:
        """One request and the head of its response, with the circuit breaker asked and told."""
        target = target_of(request.url)
        check_host(route.policy, request.url.host, port_of(request.url))
        self._context.breakers.check(target)
        with self._told(request, options):
            if route.proxy is not None:
                self._check_behind_proxy(pool, request.url, options)
            response = self._sent(pool, request, options)
        self._context.breakers.report(target, response.status < 500)
        return Answer(request, response)

    def _sent(self, pool: Pool, request: httpx.Request, options: Options) -> httpcore.Response:
        """Send; a kept connection that the server had given up is replaced where that is safe."""
        for last in (*[False] * STALE_RETRIES_MAX, True):
            dialled = self._exchange.dialled
            try:
                return pool.send(_core_request(request, options))
            except (httpcore.ReadError, httpcore.WriteError, httpcore.RemoteProtocolError):
                self._context.cancellation.check()
                fresh = self._exchange.dialled > dialled
                if last or fresh or request.method not in METHODS_READING:
                    raise
        raise AssertionError("unreachable")

    def _check_behind_proxy(self, pool: Pool, url: httpx.URL, options: Options) -> None:
        """The proxy looks the name up itself, so its answers here must be fit to connect to.

        A name that does not resolve here is left to the proxy only where the policy names it.
        """
        try:
            pool.guard.addresses(url.host, port_of(url), options.connect_timeout)
        except httpcore.ConnectError:
            if not is_named(pool.guard.policy, url.host, port_of(url)):
                raise

    def _whole(self, answer: Answer, options: Options) -> Fetched:
        limit = self._context.limits.response_body_bytes_max
        headers, url = answer.headers, answer.request.url
        with self._told(answer.request, options):
            chunks: Iterator[bytes] | tuple[()] = answer.chunks() if answer.has_body else ()
            length = headers.get("content-length") if answer.has_body else None
            encoding = headers.get("content-encoding", "")
            body = read_bounded(chunks, length, encoding, limit, shown(url))
        return Fetched(answer.status, answer.reason, headers, body, url, answer.request.method)

    @contextlib.contextmanager
    def _told(self, request: httpx.Request, options: Options) -> Iterator[None]:
        """Errors of the network in the engine's words; the circuit breaker hears of them."""
        try:
            yield
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
            self._context.cancellation.check()
            if isinstance(error, httpcore.LocalProtocolError):
                raise InvalidInput(f"{shown(request.url)}: the request is not valid HTTP") from None
            self._context.breakers.report(target_of(request.url), False)
            raise _in_our_words(error, request, options) from error
        except httpcore.ProxyError as error:
            self._context.cancellation.check()
            raise NetworkFailure(
                f"the proxy did not connect to {target_of(request.url)}: it answered {error}"
            ) from error


class Answer:
    """A response whose body is still to be read."""

    def __init__(self, request: httpx.Request, response: httpcore.Response) -> None:
        self.request, self._response = request, response
        self.status = response.status
        self.headers = httpx.Headers(response.headers)
        self.reason = response.extensions.get("reason_phrase", b"").decode("ascii", "ignore")
        self.has_body = request.method != "HEAD" and self.status not in (204, 304)

    @property
    def metadata(self) -> httpx.Response:
        """Status and headers as httpx wants them for cookies and challenges."""
        headers = [pair for pair in self._response.headers if pair[0].lower() not in _METADATA_LEFT_OUT]
        return httpx.Response(self.status, headers=headers, request=self.request)

    def chunks(self) -> Iterator[bytes]:
        """The body as it comes over the wire."""
        return self._response.iter_stream()

    def discard(self) -> None:
        """Read a short body to its end, so that the connection can be used again."""
        size = 0
        with contextlib.suppress(httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException):
            for chunk in self._response.iter_stream():
                size += len(chunk)
                if size > DISCARD_BYTES_MAX:
                    break

    def close(self) -> None:
        """Give the connection back, or close it where the body was not read to its end."""
        self._response.close()


def _set_cookies(request: httpx.Request, own: str | None, cookies: httpx.Cookies) -> None:
    """The flow's own cookies and those that the servers on the way have set."""
    if not cookies.jar:
        return  # the flow's own are in place
    request.headers.pop("cookie", None)
    cookies.set_cookie_header(request)
    texts = [text for text in (own, request.headers.get("cookie")) if text]
    if texts:
        request.headers["cookie"] = "; ".join(texts)


def redirected(request: httpx.Request, status: int, location: str) -> httpx.Request:
    """The request to send after a redirect (https://fetch.spec.whatwg.org/#http-redirect-fetch).

    Towards another origin, everything that may be a secret stays behind.
    """
    try:
        url = read_url(request.url.join(location)).url
    except (httpx.InvalidURL, ValueError, InvalidInput) as error:
        raise StepFailure(f"{shown(request.url)} redirects to what is no http or https address") from error
    changes = (status in (301, 302) and request.method == "POST") or (
        status == 303 and request.method not in ("GET", "HEAD")
    )
    method = "GET" if changes else request.method
    same = may_carry_secrets(request.url, url)
    headers = httpx.Headers(
        [
            (name, value)
            for name, value in request.headers.raw
            if _travels(name.decode("ascii").lower(), same, changes)
        ]
    )
    return httpx.Request(method, url, headers=headers, content=None if changes else request.content)


def _travels(name: str, same_origin: bool, without_body: bool) -> bool:
    if name in ("host", "content-length", "transfer-encoding"):
        return False
    if without_body and (name.startswith("content-") or name == "idempotency-key"):
        return False
    return same_origin or not is_secret_name(name)


def _core_request(request: httpx.Request, options: Options) -> httpcore.Request:
    url = request.url
    return httpcore.Request(
        method=request.method.encode("ascii"),
        url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=request.content,
        extensions={"timeout": {"connect": options.connect_timeout}},
    )


def _in_our_words(error: Exception, request: httpx.Request, options: Options) -> NetworkFailure | TimedOut:
    target = target_of(request.url)
    if isinstance(error, httpcore.ConnectTimeout):
        return TimedOut(f"{target} could not be connected to in time: {error}", target=target)
    if isinstance(error, httpcore.TimeoutException):
        return TimedOut(
            f"{request.method} {shown(request.url)} took longer than {options.timeout:g} s; "
            "raise timeoutMs where the server needs longer",
            target=target,
        )
    if isinstance(error, TlsRefused):
        failure = NetworkFailure(f"no safe connection to {target}: {error}", target=target)
        failure.retryable = False
        return failure
    if isinstance(error, httpcore.ConnectError):
        return NetworkFailure(f"{target} cannot be reached: {error}", target=target)
    return NetworkFailure(f"{target} broke the connection: {error}", target=target)
