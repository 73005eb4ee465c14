"""HTTP for guests: every request and every redirect is judged by the token before it goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.base.errors import (
    CapabilityDenied,
    EgressDenied,
    InvalidInput,
    PayloadTooLarge,
    QflowError,
    StepFailure,
)
from engine.base.limits import CAPABILITY_REDIRECTS_MAX
from engine.base.redaction import Redactor
from engine.ports.capabilities import Holder, HttpCall, HttpEgress, HttpReply, SecretSource
from engine.ports.clock import Clock
from engine.sandbox.capabilities.addresses import Target, read_target
from engine.sandbox.capabilities.asks import HttpAsk
from engine.sandbox.capabilities.authority import CapabilityAuthority
from engine.sandbox.capabilities.denials import Reason
from engine.sandbox.capabilities.http_requests import (
    TRAVELLING,
    Headers,
    HttpRequest,
    headers_of,
    method_of,
    read_request,
)

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OWN_HEADERS = (("Accept-Encoding", "gzip, deflate"), ("User-Agent", "Qflow"))


@dataclass(frozen=True, slots=True)
class Injected:
    """What the host adds to a request for its first origin alone: headers and query parameters."""

    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def names(self) -> frozenset[str]:
        """Headers that are the host's here; a range of the answer could cut a secret in two."""
        return frozenset(name.lower() for name, _ in self.headers) | {"range", "if-range"}


@dataclass(slots=True)
class _Hop:
    """One request on the way."""

    method: str
    target: Target
    headers: Headers
    body: bytes | None


class HttpShim:
    """The HTTP of one attempt."""

    def __init__(
        self,
        authority: CapabilityAuthority,
        holder: Holder,
        egress: HttpEgress,
        secrets: SecretSource,
        clock: Clock,
    ) -> None:
        self._authority, self._holder, self._egress = authority, holder, egress
        self._secrets, self._clock = secrets, clock

    def call(self, token: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Send a request (:class:`HttpRequest`, names in camelCase) and give its answer::

            {"status", "reason", "headers": {name: text, "set-cookie": [text]}, "body": bytes, "url",
             "redirects": count}

        Error statuses are answers. Raises :class:`CapabilityDenied`, :class:`EgressDenied`,
        :class:`InvalidInput`, :class:`NetworkFailure`, :class:`TimedOut`, :class:`PayloadTooLarge`.
        """
        return self.exchange(token, read_request(request), None)

    def exchange(self, token: str, request: HttpRequest, injected: Injected | None) -> dict[str, Any]:
        """As :meth:`call`, with what the host adds; every secret of the subnet is taken out of what
        comes back, since a server may answer with what an earlier request brought it."""
        redactor = self.redactor()
        try:
            hop = self._first(request, injected)
            return self._answer(token, request, hop, injected or Injected(), redactor)
        except QflowError as error:
            redactor.clear(error)
            raise

    def redactor(self) -> Redactor:
        """What takes the subnet's secrets out."""
        return Redactor(secret.value for secret in self._secrets.of(self._holder.subnet).values())

    def target(self, url: str) -> Target:
        """The address; one that cannot be read in one way only is on record as refused."""
        try:
            return read_target(url)
        except (InvalidInput, EgressDenied):
            unread = HttpAsk("GET", "unreadable.invalid", 443, "/")
            self._authority.refuse(self._holder, unread, Reason.UNFIT, self._clock.now_us())
            raise

    def _first(self, request: HttpRequest, injected: Injected | None) -> _Hop:
        without = injected.names() if injected else frozenset[str]()
        headers = headers_of(request, without)
        return _Hop(method_of(request), self.target(request.url), headers, request.content())

    def _answer(
        self, token: str, request: HttpRequest, hop: _Hop, injected: Injected, redactor: Redactor
    ) -> dict[str, Any]:
        origin, ends_us = hop.target.origin, self._clock.monotonic_us() + request.timeout_ms * 1000
        for redirects in range(CAPABILITY_REDIRECTS_MAX + 1):
            ask = _ask(hop)
            grant = self._authority.authorise(token, self._holder, ask, self._clock.now_us())
            size = grant.bytes_max if request.bytes_max is None else min(request.bytes_max, grant.bytes_max)
            if hop.target.origin != origin:
                injected = Injected()  # for good: who led away must not choose what it is used for
            left_ms = max((ends_us - self._clock.monotonic_us()) // 1000, 1)
            reply = self._sent(ask, _call(hop, injected, redirects == 0, left_ms, size))
            if len(reply.body) > size:
                raise PayloadTooLarge(f"{hop.target.shown} answered with more than {size} bytes")
            location = dict(reply.headers).get("location")
            if not request.follow or reply.status not in _REDIRECTS or not location:
                return _plain(reply, hop.target, redirects, redactor)
            hop = self._next(hop, reply.status, location, redactor)
        raise StepFailure(f"{hop.target.shown}: more than {CAPABILITY_REDIRECTS_MAX} redirects")

    def _sent(self, ask: HttpAsk, call: HttpCall) -> HttpReply:
        try:
            return self._egress.send(call)
        except EgressDenied:
            self._authority.refuse(self._holder, ask, Reason.EGRESS, self._clock.now_us())
            raise

    def _next(self, hop: _Hop, status: int, location: str, redactor: Redactor) -> _Hop:
        """The request after a redirect (https://fetch.spec.whatwg.org/#http-redirect-fetch)."""
        try:
            target = hop.target.join(location)
        except (InvalidInput, EgressDenied):
            self._authority.refuse(self._holder, _ask(hop), Reason.UNFIT, self._clock.now_us())
            raise
        same = target.origin == hop.target.origin
        told = target.path if same else f"{location} {target.url}"  # a path would be on record
        if redactor.found_in(told):
            self._authority.refuse(self._holder, _ask(hop), Reason.OUT_OF_SCOPE, self._clock.now_us())
            raise CapabilityDenied(
                f"{hop.target.shown} redirects to {target.host} with a secret in the address; refused",
                reason=str(Reason.OUT_OF_SCOPE),
            )
        changes = (status in (301, 302) and hop.method == "POST") or (
            status == 303 and hop.method not in ("GET", "HEAD")
        )
        headers = [pair for pair in hop.headers if same or pair[0].lower() in TRAVELLING]
        if changes:
            headers = [pair for pair in headers if not pair[0].lower().startswith("content-")]
        return _Hop("GET" if changes else hop.method, target, headers, None if changes else hop.body)


def _ask(hop: _Hop) -> HttpAsk:
    target = hop.target
    return HttpAsk(hop.method, target.host, target.port, target.path, len(hop.body or b""))


def _call(hop: _Hop, injected: Injected, first: bool, timeout_ms: int, size: int) -> HttpCall:
    target = hop.target
    if first:
        for name, value in injected.query:
            target = target.with_query(name, value)
    given = {name.lower() for name, _ in hop.headers}
    own = [pair for pair in _OWN_HEADERS if pair[0].lower() not in given]
    headers = (*own, *hop.headers, *injected.headers)
    return HttpCall(hop.method, target.url, headers, hop.body, timeout_ms, size)


def _plain(reply: HttpReply, target: Target, redirects: int, redactor: Redactor) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    for name, value in reply.headers:
        key, text = redactor.text(name), redactor.text(value)
        if key == "set-cookie":
            headers.setdefault(key, []).append(text)
        else:
            headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return {
        "status": reply.status,
        "reason": redactor.text(reply.reason),
        "headers": headers,
        "body": redactor.data(reply.body),
        "url": redactor.text(target.url),
        "redirects": redirects,
    }
