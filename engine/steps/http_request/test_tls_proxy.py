"""TLS verifies by name whatever the address is, and proxies open no way around the egress policy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.base.errors import EgressDenied, InvalidInput, NetworkFailure
from engine.ports.policy import EgressPolicy
from tests.servers.certificates import Authority, server_context
from tests.servers.http_server import HttpServer
from tests.servers.proxy import ProxyServer
from tests.support_http import LOOPBACK, HttpBench


@pytest.fixture(scope="module")
def authority() -> Authority:
    """A certificate authority that no one trusts by itself."""
    return Authority()


@pytest.fixture
def secure(authority: Authority, tmp_path: Path) -> Iterator[HttpServer]:
    """A server with a certificate for site.example and 127.0.0.1."""
    context = server_context(authority.server("site.example", "127.0.0.1"), tmp_path)
    with HttpServer(context) as running:
        yield running


@pytest.fixture
def strict(authority: Authority, tmp_path: Path) -> Iterator[HttpServer]:
    """A server that wants to see a client's certificate."""
    context = server_context(authority.server("127.0.0.1"), tmp_path, clients_of=authority)
    with HttpServer(context) as running:
        yield running


def _named(http: HttpBench, server: HttpServer, name: str = "site.example") -> str:
    http.names.answers[name] = [["127.0.0.1"]]
    return f"{server.url.split(':')[0]}://{name}:{server.port}/echo"


def test_a_certificate_nobody_vouches_for_is_refused(http: HttpBench, secure: HttpServer) -> None:
    with pytest.raises(NetworkFailure, match="the certificate is not accepted") as caught:
        http.items({"url": secure.at("/echo")})
    assert not caught.value.retryable
    assert not secure.seen


@pytest.mark.parametrize("by_name", [True, False])
def test_an_own_authority_vouches(
    http: HttpBench, secure: HttpServer, authority: Authority, by_name: bool
) -> None:
    url = _named(http, secure) if by_name else secure.at("/echo")
    tls = {"caCertificate": authority.certificate, "minVersion": "1.3"}
    found = http.json({"url": url, "tls": tls})
    assert found["status"] == 200


def test_a_certificate_for_another_name_is_refused(
    http: HttpBench, secure: HttpServer, authority: Authority
) -> None:
    url = _named(http, secure, "other.example")
    with pytest.raises(NetworkFailure, match=r"other\.example"):
        http.items({"url": url, "tls": {"caCertificate": authority.certificate}})


def test_an_own_authority_is_trusted_instead_of_the_public_ones(http: HttpBench, secure: HttpServer) -> None:
    with pytest.raises(NetworkFailure, match="certificate"):
        http.items({"url": secure.at("/echo"), "tls": {"caCertificate": Authority().certificate}})


def test_verification_can_be_turned_off_without_touching_others(http: HttpBench, secure: HttpServer) -> None:
    http.items({"url": secure.at("/echo"), "tls": {"verify": False}})
    with pytest.raises(NetworkFailure):
        http.items({"url": secure.at("/echo")})


def test_tls_connections_are_kept(http: HttpBench, secure: HttpServer, authority: Authority) -> None:
    bench = http.bench({"url": secure.at("/echo"), "tls": {"caCertificate": authority.certificate}})
    for _ in range(3):
        bench.run()
    assert secure.accepted == 1


def test_a_client_shows_its_certificate(http: HttpBench, strict: HttpServer, authority: Authority) -> None:
    client = authority.client("a-client")
    tls = {"caCertificate": authority.certificate}
    with pytest.raises(NetworkFailure):
        http.items({"url": strict.at("/echo"), "tls": tls})
    tls |= {"clientCertificate": client.certificate, "clientKey": client.key}
    assert http.json({"url": strict.at("/echo"), "tls": tls})["status"] == 200


@pytest.mark.parametrize(
    "tls", [{"caCertificate": "s3cret"}, {"clientCertificate": "s3cret"}, {"caCertificate": ""}]
)
def test_certificates_that_are_none_are_named_but_not_shown(http: HttpBench, tls: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match=r"tls\.") as caught:
        http.items({"url": "https://127.0.0.1:9/", "tls": tls})
    assert "s3cret" not in str(caught.value)


# proxies --------------------------------------------------------------------------------------------
@pytest.fixture
def proxy() -> Iterator[ProxyServer]:
    """A proxy that knows where site.example is."""
    with ProxyServer({"site.example": "127.0.0.1"}, credentials="me:p@ss") as running:
        yield running


def _with_user(proxy: ProxyServer) -> str:
    return proxy.url.replace("//", "//me:p%40ss@")


def test_a_plain_request_goes_through_the_proxy(
    http: HttpBench, server: HttpServer, proxy: ProxyServer
) -> None:
    url = _named(http, server)
    found = http.body({"url": url, "method": "POST", "text": "abc", "proxy": _with_user(proxy)})
    assert found["body"] == "abc"
    assert "proxy-authorization" not in found["headers"]
    assert proxy.asked == [f"site.example:{server.port}"]


def test_a_tls_request_is_tunnelled_and_verified_by_name(
    http: HttpBench, secure: HttpServer, proxy: ProxyServer, authority: Authority
) -> None:
    parameters = {
        "url": _named(http, secure),
        "proxy": _with_user(proxy),
        "tls": {"caCertificate": authority.certificate},
    }
    assert http.json(parameters)["status"] == 200
    assert proxy.asked == [f"site.example:{secure.port}"]


def test_a_proxy_that_refuses_is_told_apart(http: HttpBench, secure: HttpServer, proxy: ProxyServer) -> None:
    with pytest.raises(NetworkFailure, match="the proxy did not connect"):
        http.items({"url": _named(http, secure), "proxy": proxy.url})


def test_a_proxy_at_a_private_address_is_refused(http: HttpBench, proxy: ProxyServer) -> None:
    with pytest.raises(EgressDenied, match=str(proxy.port)):
        http.items({"url": "http://8.8.8.8/", "proxy": _with_user(proxy)}, egress=EgressPolicy())
    assert proxy.accepted == 0


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/", "https://10.0.0.1/", "http://inside.example/", "http://0x0a.1"]
)
def test_a_private_target_behind_an_allowed_proxy_is_refused(
    http: HttpBench, proxy: ProxyServer, url: str
) -> None:
    http.names.answers["inside.example"] = [["10.0.0.1"]]
    with pytest.raises(EgressDenied):
        http.items({"url": url, "proxy": _with_user(proxy)})
    assert proxy.accepted == 0


def test_a_name_only_the_proxy_knows_must_be_allowed_by_name(
    http: HttpBench, server: HttpServer, proxy: ProxyServer
) -> None:
    parameters = {"url": f"http://site.example:{server.port}/echo", "proxy": _with_user(proxy)}
    with pytest.raises(NetworkFailure, match="does not resolve"):
        http.items(parameters)
    policy = EgressPolicy(allow=(*LOOPBACK.allow, "site.example"))
    assert http.json(parameters, egress=policy)["status"] == 200


@pytest.mark.parametrize("proxy_url", ["https://127.0.0.1:1", "socks5://127.0.0.1:1", "127.0.0.1:1"])
def test_other_kinds_of_proxies_are_refused(http: HttpBench, proxy_url: str) -> None:
    with pytest.raises(InvalidInput, match="proxy"):
        http.items({"url": "http://127.0.0.1:9/", "proxy": proxy_url})


def test_the_environment_names_no_proxy(
    http: HttpBench, server: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert http.json({"url": server.at("/echo")})["status"] == 200
