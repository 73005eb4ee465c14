"""The way out for guests: single requests, over the connections and behind the guard of http.request."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from engine.base.limits import Limits
from engine.ports.capabilities import HttpCall, HttpReply, Surroundings
from engine.ports.step_catalogue import Breakers, Cancellation
from engine.steps.http_request.connections import Connections, Route
from engine.steps.http_request.credentials import HeaderCredential
from engine.steps.http_request.exchange import Exchange
from engine.steps.http_request.sending import Options, Sender
from engine.steps.http_request.step import CONNECTIONS


@dataclass(frozen=True, slots=True)
class _Around:
    """What the sender asks of a step."""

    timeout_ms: int
    limits: Limits
    breakers: Breakers
    cancellation: Cancellation


class GuardedEgress:
    """:class:`engine.ports.capabilities.HttpEgress` for one attempt."""

    def __init__(self, surroundings: Surroundings, connections: Connections = CONNECTIONS) -> None:
        self._surroundings, self._connections = surroundings, connections
        self._under_way: set[Exchange] = set()
        surroundings.cancellation.on_cancel(self._break_off)

    def _break_off(self) -> None:
        for exchange in list(self._under_way):
            exchange.break_off()

    def send(self, call: HttpCall) -> HttpReply:
        """See :meth:`HttpEgress.send`. The look-up of the name and the choice of the address are the
        guard's; cancelling the step breaks the request off."""
        exchange = Exchange()
        self._under_way.add(exchange)
        try:
            self._surroundings.cancellation.check()
            with exchange.on_this_thread():
                return self._sent(call, exchange)
        finally:
            self._under_way.discard(exchange)

    def _sent(self, call: HttpCall, exchange: Exchange) -> HttpReply:
        around = self._surroundings
        limits = around.policy.limits.lowered_by({"response_body_bytes_max": call.response_bytes_max})
        timeout_ms = min(call.timeout_ms, around.timeout_ms)
        step = _Around(timeout_ms, limits, around.breakers, around.cancellation)
        headers = [(name.encode("ascii"), value.encode("utf-8")) for name, value in call.headers]
        request = httpx.Request(call.method, call.url, headers=headers, content=call.body)
        route = Route(around.holder.subnet, around.policy.egress)
        options = Options(follow=False, timeout=timeout_ms / 1000)
        fetched = Sender(step, self._connections, exchange).send(request, HeaderCredential(), route, options)
        pairs = tuple((name.lower(), value) for name, value in fetched.headers.multi_items())
        return HttpReply(fetched.status, fetched.reason, pairs, fetched.body)
