"""Token endpoints, asked outside of any step, behind the guard of http.request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from engine.base.limits import CONSENT_ANSWER_SECONDS_MAX, Limits
from engine.ports.policy import PolicyPort
from engine.ports.tokens import TokenRequest
from engine.steps.http_request.addresses import read_url
from engine.steps.http_request.connections import Connections, Route
from engine.steps.http_request.credentials import HeaderCredential, token_answer, token_request
from engine.steps.http_request.exchange import Exchange
from engine.steps.http_request.sending import Options, Sender
from engine.steps.http_request.step import CONNECTIONS


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


class GuardedTokenEndpoints:
    """:class:`engine.ports.tokens.TokenEndpoints` by HTTP. Redirects are not followed: what is asked with
    goes to no other server."""

    def __init__(self, policy: PolicyPort, connections: Connections = CONNECTIONS) -> None:
        self._policy, self._connections = policy, connections

    def ask(self, subnet: str, request: TokenRequest) -> Mapping[str, Any]:
        """See :meth:`TokenEndpoints.ask`."""
        policy, exchange = self._policy.of(subnet), Exchange()
        route = Route(subnet, policy.egress)
        options = Options(follow=False, timeout=CONSENT_ANSWER_SECONDS_MAX)
        around = _Around(policy.limits, CONSENT_ANSWER_SECONDS_MAX * 1000, _Alone(), _Alone())
        sender = Sender(around, self._connections, exchange)

        def fetch(asked: httpx.Request) -> tuple[int, bytes]:
            with exchange.on_this_thread():
                answer = sender.send(asked, HeaderCredential(), route, options)
            return answer.status, answer.body

        url = read_url(request.url, "accessTokenUrl").url
        asked = token_request(url, request.client, request.secret, request.fields, request.in_body)
        return token_answer(fetch, asked)
