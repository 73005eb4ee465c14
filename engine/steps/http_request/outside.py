"""Requests that no step sends, behind the guard of http.request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import httpx

from engine.base.limits import Limits
from engine.ports.policy import Policy
from engine.steps.http_request.connections import Connections, Route
from engine.steps.http_request.credentials import Credential
from engine.steps.http_request.exchange import Exchange
from engine.steps.http_request.sending import Fetched, Options, Sender


class _Alone:
    """Nothing cancels the request, and no circuit is opened by it."""

    cancelled = False

    def on_cancel(self, callback: Callable[[], None]) -> None:
        """See :class:`Cancellation`."""

    def check(self, target: str = "") -> None:
        """See :class:`Cancellation` and :class:`Breakers`."""

    def report(self, target: str, ok: bool) -> None:
        """See :class:`Breakers`."""


@dataclass(frozen=True, slots=True)
class _Around:
    """What the sender asks of a step."""

    limits: Limits
    timeout_ms: int
    breakers: _Alone
    cancellation: _Alone


class OutsideSender:
    """Sends the requests of one question, all within ``seconds``. Redirects are not followed: what is asked
    with goes to no other server."""

    def __init__(self, policy: Policy, connections: Connections, seconds: int) -> None:
        around = _Around(policy.limits, seconds * 1000, _Alone(), _Alone())
        self._exchange = Exchange()
        self._sender = Sender(around, connections, self._exchange)
        self._options = Options(follow=False, timeout=seconds)

    def send(self, request: httpx.Request, credential: Credential, route: Route) -> Fetched:
        """See :meth:`Sender.send`."""
        with self._exchange.on_this_thread():
            return self._sender.send(request, credential, route, self._options)

    def follow(self, request: httpx.Request, credential: Credential, route: Route) -> Fetched:
        """See :meth:`Sender.follow`; for what a request under way asks for itself."""
        return self._sender.follow(request, credential, route, self._options)
