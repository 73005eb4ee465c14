"""Token endpoints, asked outside of any step, behind the guard of http.request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from engine.base.limits import CONSENT_ANSWER_SECONDS_MAX
from engine.ports.policy import PolicyPort
from engine.ports.tokens import TokenRequest
from engine.steps.http_request.addresses import read_url
from engine.steps.http_request.connections import Connections, Route
from engine.steps.http_request.credentials import HeaderCredential, token_answer, token_request
from engine.steps.http_request.outside import OutsideSender
from engine.steps.http_request.step import CONNECTIONS


class GuardedTokenEndpoints:
    """:class:`engine.ports.tokens.TokenEndpoints` by HTTP."""

    def __init__(self, policy: PolicyPort, connections: Connections = CONNECTIONS) -> None:
        self._policy, self._connections = policy, connections

    def ask(self, subnet: str, request: TokenRequest) -> Mapping[str, Any]:
        """See :meth:`TokenEndpoints.ask`."""
        policy = self._policy.of(subnet)
        sender = OutsideSender(policy, self._connections, CONSENT_ANSWER_SECONDS_MAX)

        def fetch(asked: httpx.Request) -> tuple[int, bytes]:
            answer = sender.send(asked, HeaderCredential(), Route(subnet, policy.egress))
            return answer.status, answer.body

        url = read_url(request.url, "accessTokenUrl").url
        asked = token_request(url, request.client, request.secret, request.fields, request.in_body)
        return token_answer(fetch, asked)
