"""Credentials tried at an address that somebody names, behind the guard of http.request."""

from __future__ import annotations

import httpx

from engine.base.errors import InvalidInput, Problem
from engine.base.limits import CREDENTIAL_CALL_SECONDS_MAX
from engine.ports.credentials import Credential as Held
from engine.ports.policy import PolicyPort
from engine.steps.http_request.addresses import read_url
from engine.steps.http_request.connections import Connections, Route, TlsOptions
from engine.steps.http_request.credentials import Credential, Fetch, HeaderCredential
from engine.steps.http_request.held import held_certificates, held_credential
from engine.steps.http_request.outside import OutsideSender
from engine.steps.http_request.step import CONNECTIONS

_CERTIFICATE = "httpSslAuth"


class GuardedCredentialCalls:
    """:class:`engine.ports.credential_calls.CredentialCalls` by HTTP."""

    def __init__(self, policy: PolicyPort, connections: Connections = CONNECTIONS) -> None:
        self._policy, self._connections = policy, connections

    def status(self, subnet: str, held: Held, address: str, now_us: int) -> int:
        """See :meth:`CredentialCalls.status`."""
        url, policy = _read(address), self._policy.of(subnet)
        sender = OutsideSender(policy, self._connections, CREDENTIAL_CALL_SECONDS_MAX)
        plain = Route(subnet, policy.egress)

        def fetch(asked: httpx.Request) -> tuple[int, bytes]:
            answer = sender.follow(asked, HeaderCredential(), plain)
            return answer.status, answer.body

        credential, tls = _prepared(held, url, fetch, now_us / 1e6)
        route = Route(subnet, policy.egress, tls)
        return sender.send(httpx.Request("GET", url), credential, route).status


def _prepared(held: Held, url: httpx.URL, fetch: Fetch, now_s: float) -> tuple[Credential, TlsOptions]:
    """What the credential puts on the request, and on its connection; raises :class:`CapabilityDenied`."""
    if held.key.type == _CERTIFICATE:
        return HeaderCredential(), TlsOptions(True, *held_certificates(held, url))
    return held_credential(held, url, fetch, now_s), TlsOptions()


def _read(address: str) -> httpx.URL:
    target = read_url(address, "address")
    if target.credentials is not None:
        problem = Problem("address", "must hold no user and no password", "invalid_url")
        raise InvalidInput("the test address holds a user: the credential is what signs in", [problem])
    return target.url
