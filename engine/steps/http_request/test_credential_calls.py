"""Credentials tried at a service: what is sent, what comes back of it, and what is never asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from engine.base.errors import CapabilityDenied, EgressDenied, InvalidInput
from engine.ports.policy import EgressPolicy, Policy
from engine.steps.http_request.connections import Connections
from engine.steps.http_request.credential_calls import GuardedCredentialCalls
from engine.testing.memory_credentials import GivenCredentials
from engine.testing.policies import FixedPolicies
from tests.servers.http_server import HttpServer

BEARER = ("httpBearerAuth", {"token": "t0ken"})
Ask = Callable[..., int]


@pytest.fixture
def ask() -> Iterator[Ask]:
    """Asks in a subnet that may reach this machine, or in one that may not."""
    open_one = Policy("open", egress=EgressPolicy(allow=("127.0.0.0/8",)))
    connections = Connections()
    calls = GuardedCredentialCalls(FixedPolicies(open_one, Policy("walled")), connections)

    def go(address: str, kind: str, values: dict[str, Any], subnet: str = "open", **scope: Any) -> int:
        held = GivenCredentials((kind, "mine", values), **scope)(kind, "mine")
        return calls.status(subnet, held, address, 1_700_000_000_000_000)

    yield go
    connections.close()


@pytest.mark.parametrize(
    ("kind", "values", "name", "sent"),
    [
        ("httpBasicAuth", {"user": "anna", "password": "p"}, "Authorization", "Basic YW5uYTpw"),
        ("httpBearerAuth", {"token": "t0ken"}, "Authorization", "Bearer t0ken"),
        ("httpHeaderAuth", {"name": "X-Key", "value": "v"}, "X-Key", "v"),
        ("httpCustomAuth", {"json": '{"headers": {"X-A": "b"}}'}, "X-A", "b"),
    ],
)
def test_the_service_is_asked_by_get_with_the_credential(
    ask: Ask, server: HttpServer, kind: str, values: dict[str, Any], name: str, sent: str
) -> None:
    assert ask(server.at("/echo"), kind, values) == 200
    assert [(one.method, one.headers[name]) for one in server.seen] == [("GET", sent)]


@pytest.mark.parametrize("status", [204, 401, 403, 404, 500])
def test_the_status_is_what_it_is(ask: Ask, server: HttpServer, status: int) -> None:
    assert ask(server.at(f"/status/{status}?body=canary"), *BEARER) == status
    assert len(server.seen) == 1


def test_a_challenge_of_digest_is_answered(ask: Ask, server: HttpServer) -> None:
    right, wrong = ({"user": "anna", "password": password} for password in ("pass", "wrong"))
    assert ask(server.at("/digest/anna/pass"), "httpDigestAuth", right) == 200
    assert ask(server.at("/digest/anna/pass"), "httpDigestAuth", wrong) == 401


def test_a_token_of_oauth_is_fetched_and_used(ask: Ask, server: HttpServer) -> None:
    values = {"clientId": "id", "clientSecret": "secret-of-id", "accessTokenUrl": server.at("/token")}
    assert ask(server.at("/bearer"), "oAuth2Api", values) == 200
    assert [one.path for one in server.seen] == ["/token", "/bearer"]


def test_a_redirect_is_told_and_not_followed(ask: Ask, server: HttpServer) -> None:
    assert ask(server.at(f"/redirect?to={server.at('/echo')}"), *BEARER) == 302
    assert [one.path for one in server.seen] == ["/redirect"]


PRIVATE = (
    "127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0.0.0.0",
    "10.0.0.1", "192.168.1.1", "169.254.169.254",
)  # fmt: skip


@pytest.mark.parametrize("host", PRIVATE)
def test_a_subnet_that_may_not_reach_the_private_network_does_not_by_testing(
    ask: Ask, server: HttpServer, host: str
) -> None:
    with pytest.raises(EgressDenied):
        ask(f"http://{host}:{server.port}/echo", *BEARER, subnet="walled")
    assert server.seen == []


def test_a_token_endpoint_inside_the_private_network_is_refused_too(ask: Ask, server: HttpServer) -> None:
    values = {"clientId": "id", "clientSecret": "secret-of-id", "accessTokenUrl": server.at("/token")}
    with pytest.raises(EgressDenied):
        ask("https://8.8.8.8/", "oAuth2Api", values, subnet="walled")
    assert server.seen == []


def test_a_credential_is_tested_only_where_its_scope_lets_it_go(ask: Ask, server: HttpServer) -> None:
    with pytest.raises(CapabilityDenied, match="may not be sent to"):
        ask(server.at("/echo"), *BEARER, hosts=("api.example",))
    assert server.seen == []


@pytest.mark.parametrize(
    "address", ["", "ftp://a.example/", "a.example", "http://me:pw@127.0.0.1/", "http://"]
)
def test_what_is_no_test_address_is_refused(ask: Ask, address: str) -> None:
    with pytest.raises(InvalidInput):
        ask(address, *BEARER)


def test_a_credential_that_is_not_for_requests_asks_nobody(ask: Ask, server: HttpServer) -> None:
    with pytest.raises(InvalidInput, match="is not for requests"):
        ask(server.at("/echo"), "totpApi", {"secret": "JBSWY3DPEHPK3PXP"})
    assert server.seen == []
