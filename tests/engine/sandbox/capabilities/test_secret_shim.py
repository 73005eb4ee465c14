"""Secrets in guests' requests: used, and never seen."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.base.errors import (
    CapabilityDenied,
    InvalidInput,
)
from engine.ports.capabilities import Secret
from engine.ports.grants import HttpCapability, SecretCapability
from tests.engine.sandbox.capabilities.bench import Bench
from tests.engine.sandbox.capabilities.requests import EVERYTHING, VALUE, body, key
from tests.servers.http_server import HttpServer, Reply, Seen

BEARER = {"name": "key", "header": "Authorization", "format": "Bearer {}"}


def test_a_secret_reaches_the_server_and_never_the_guest(real: Any, server: HttpServer) -> None:
    bench = real(secrets=(key("127.0.0.1"),))
    with bench.open(*EVERYTHING) as host:
        answer = host.call(
            "secret",
            {
                "url": server.at("/echo"),
                "headers": {"authorization": "mine"},
                "secrets": [BEARER, {"name": "key", "query": "k"}],
            },
        )
    (seen,) = server.seen
    assert seen.headers.get_all("Authorization") == [f"Bearer {VALUE}"]
    assert seen.query("k") == VALUE
    text = answer["body"].decode()
    assert "s3cret" not in text
    assert body(answer)["headers"]["authorization"] == "Bearer ***"
    assert "s3cret" not in str(bench.uses) + str(bench.notifier.events) + str(answer)
    assert [use.operation for use in bench.uses] == ["secret", "secret", "http"]


def test_a_password_of_http_basic(real: Any, server: HttpServer) -> None:
    bench = real(secrets=(key("127.0.0.1", value="open sesame"),))
    with bench.open(*EVERYTHING) as host:
        answer = host.call(
            "secret",
            {
                "url": server.at("/basic/ali/open%20sesame"),
                "secrets": [{"name": "key", "header": "Authorization", "user": "ali"}],
            },
        )
    assert answer["status"] == 200
    assert b"b3Blbi" not in answer["body"]


@pytest.mark.parametrize(
    "spelling",
    [
        lambda value: value.encode(),
        lambda value: value.encode("utf-16-le"),
        lambda value: value.encode().hex().encode(),
        lambda value: json.dumps({"v": value}).encode(),
        lambda value: __import__("base64").b64encode(value.encode()),
        lambda value: __import__("urllib.parse").parse.quote(value, safe="").encode(),
        lambda value: __import__("urllib.parse").parse.quote_plus(value).encode(),
    ],
)
def test_an_echo_is_taken_out_in_every_usual_spelling(real: Any, server: HttpServer, spelling: Any) -> None:
    told = spelling(VALUE)
    server.extra["/tell"] = lambda seen: Reply(200, [("X-Told", VALUE), ("Set-Cookie", f"a={VALUE}")], told)
    bench = real(secrets=(key("127.0.0.1"),))
    with bench.open(*EVERYTHING) as host:
        for operation, more in (("secret", {"secrets": [BEARER]}), ("http", {})):
            answer = host.call(operation, {"url": server.at("/tell"), **more})
            assert told not in answer["body"]
            assert b"***" in answer["body"]
            assert answer["headers"]["x-told"] == "***"
            assert answer["headers"]["set-cookie"] == ["a=***"]


def test_another_subnets_secrets_are_unknown(real: Any, server: HttpServer) -> None:
    theirs = Secret("key", VALUE, ("127.0.0.1",), ("elsewhere",), True)
    bench = real(secrets=(theirs,))
    with bench.open(*EVERYTHING) as host, pytest.raises(CapabilityDenied, match="no secret"):
        host.call("secret", {"url": server.at("/echo"), "secrets": [BEARER]})
    assert server.seen == []


def test_a_secret_needs_its_own_grant(real: Any, server: HttpServer) -> None:
    bench = real(secrets=(key("127.0.0.1"),))
    for granted in (
        [EVERYTHING[0]],
        [EVERYTHING[0], SecretCapability(name="other")],
        [EVERYTHING[0], SecretCapability(name="key", host="other.test")],
        [SecretCapability(name="key")],
    ):
        with bench.open(*granted) as host, pytest.raises(CapabilityDenied):
            host.call("secret", {"url": server.at("/echo"), "secrets": [BEARER]})
    assert server.seen == []


def test_a_secret_stays_within_its_scope(real: Any, server: HttpServer) -> None:
    bench = real(secrets=(key("api.example.com"),))
    with bench.open(*EVERYTHING) as host, pytest.raises(CapabilityDenied, match=r"api\.example\.com"):
        host.call("secret", {"url": server.at("/echo"), "secrets": [BEARER]})
    assert (bench.last.allowed, bench.last.reason) == (False, "out-of-scope")
    bench = real(secrets=(key("127.0.0.1", plain_http=False),))
    with bench.open(*EVERYTHING) as host, pytest.raises(CapabilityDenied, match="https"):
        host.call("secret", {"url": server.at("/echo"), "secrets": [BEARER]})
    assert server.seen == []


def test_a_redirect_to_another_host_takes_no_secret_along(
    real: Any, server: HttpServer, other: HttpServer
) -> None:
    bench = real(secrets=(key(f"127.0.0.1:{server.port}"),))
    with bench.open(*EVERYTHING) as host:
        answer = host.call(
            "secret",
            {
                "url": server.at(f"/redirect?to={other.at('/echo')}"),
                "secrets": [BEARER, {"name": "key", "query": "k"}],
            },
        )
    assert answer["status"] == 200
    assert server.seen[0].headers["Authorization"] == f"Bearer {VALUE}"
    (seen,) = other.seen
    assert "s3cret" not in str(seen.headers) + seen.target


def test_a_redirect_within_the_site_keeps_the_header_and_not_the_query(real: Any, server: HttpServer) -> None:
    bench = real(secrets=(key("127.0.0.1"),))
    with bench.open(*EVERYTHING) as host:
        host.call(
            "secret",
            {"url": server.at("/redirects/1"), "secrets": [BEARER, {"name": "key", "query": "k"}]},
        )
    assert server.seen[1].headers["Authorization"] == f"Bearer {VALUE}"
    assert server.seen[1].target == "/echo"


@pytest.mark.parametrize("spelled", ["quote", "plain"])
def test_a_redirect_that_carries_a_secret_to_another_host_is_refused(
    real: Any, server: HttpServer, other: HttpServer, spelled: str
) -> None:
    from urllib.parse import quote

    def leak(seen: Seen) -> Reply:
        given = seen.headers["Authorization"].removeprefix("Bearer ")
        told = quote(given, safe="") if spelled == "quote" else given.replace('"', "%22")
        return Reply(302, [("Location", other.at(f"/echo?leak={told}"))])

    server.extra["/leak"] = leak
    value = VALUE if spelled == "quote" else "s3cret-value"
    bench = real(secrets=(key(f"127.0.0.1:{server.port}", value=value),))
    with bench.open(*EVERYTHING) as host, pytest.raises(CapabilityDenied) as caught:
        host.call("secret", {"url": server.at("/leak"), "secrets": [BEARER]})
    assert "s3cret" not in str(caught.value) + str(caught.value.details)
    assert other.seen == []


def test_a_redirect_that_is_not_followed_shows_no_secret(real: Any, server: HttpServer) -> None:
    server.extra["/leak"] = lambda seen: Reply(
        302, [("Location", "https://evil.test/" + seen.headers["Authorization"].removeprefix("Bearer "))]
    )
    bench = real(secrets=(key("127.0.0.1", value="s3cret-value"),))
    with bench.open(*EVERYTHING) as host:
        answer = host.call("secret", {"url": server.at("/leak"), "secrets": [BEARER], "follow": False})
    assert answer["headers"]["location"] == "https://evil.test/***"


def test_errors_show_no_secret(real: Any, server: HttpServer) -> None:
    bench = real(secrets=(key("127.0.0.1", value="s3cret-value"),))
    with bench.open(HttpCapability(host="127.0.0.1", path="/leak"), SecretCapability(name="*")) as host:
        server.extra["/leak"] = lambda seen: Reply(302, [("Location", "/s3cret-value")])
        with pytest.raises(CapabilityDenied) as caught:
            host.call("secret", {"url": server.at("/leak"), "secrets": [BEARER]})
    assert "s3cret" not in str(caught.value) + str(caught.value.details) + str(caught.value.args)
    assert "s3cret" not in str(bench.uses) + str(bench.notifier.events)


def test_who_leads_away_and_back_gets_no_secret_sent(
    real: Any, server: HttpServer, other: HttpServer
) -> None:
    bench = real(secrets=(key(f"127.0.0.1:{server.port}"),))
    other.extra["/back"] = lambda seen: Reply(302, [("Location", server.at("/echo/delete"))])
    with bench.open(*EVERYTHING) as host:
        host.call("secret", {"url": server.at(f"/redirect?to={other.at('/back')}"), "secrets": [BEARER]})
    assert server.seen[1].path == "/echo/delete"
    assert server.seen[1].headers["Authorization"] is None


def test_a_redirect_within_the_site_may_keep_its_query(real: Any, server: HttpServer) -> None:
    server.extra["/v1"] = lambda seen: Reply(302, [("Location", f"/echo?k={seen.query('k')}")])
    bench = real(secrets=(key("127.0.0.1", value="s3cret-value"),))
    with bench.open(*EVERYTHING) as host:
        answer = host.call("secret", {"url": server.at("/v1"), "secrets": [{"name": "key", "query": "k"}]})
    assert server.seen[1].query("k") == "s3cret-value"
    assert answer["url"].endswith("/echo?k=***")
    assert "s3cret" not in str(bench.uses) + str(answer)


@pytest.mark.parametrize(
    "use",
    [
        {"name": "key"},
        {"name": "key", "header": "X", "query": "k"},
        {"name": "key", "header": "X", "format": "none"},
        {"name": "key", "header": "X", "format": "{}{}"},
        {"name": "key", "header": "X", "format": "{}\r\nHost: evil.test"},
        {"name": "key", "header": "X\r\nY", "format": "{}"},
        {"name": "key", "header": "X: y", "format": "{}"},
        {"name": "key", "header": "Host"},
        {"name": "key", "header": "Content-Length"},
        {"name": "key", "header": "Proxy-Authorization"},
        {"name": "key", "header": "X", "user": "a:b"},
        {"name": "key", "header": "X", "user": "a\r\nb"},
        {"name": "key", "query": "k", "user": "a"},
        {"name": "key", "query": "k\r\n"},
        {"name": "key/../other", "header": "X"},
        {"name": "\ud800", "header": "X"},
        {"name": "key", "header": "X", "value": "y"},
        {"name": "key", "header": "X", "format": "{0.__class__}{}"},
    ],
)
def test_a_secret_goes_into_one_plain_place(use: dict[str, str]) -> None:
    bench = Bench(EVERYTHING, secrets=(key("a.test"),))
    with bench.open(*EVERYTHING) as host:
        if use.get("format") == "{0.__class__}{}":
            host.call("secret", {"url": "https://a.test/", "secrets": [use]})
            ((_, sent),) = [pair for pair in bench.egress.calls[0].headers if pair[0] == "X"]  # type: ignore[attr-defined]
            assert sent == "{0.__class__}" + VALUE, "a format is a place, no language"
            return
        with pytest.raises(InvalidInput) as caught:
            host.call("secret", {"url": "https://a.test/", "secrets": [use]})
    assert "s3cret" not in str(caught.value)
    assert bench.egress.calls == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("uses", [None, [], "key", [BEARER] * 9])
def test_secrets_are_a_short_list(uses: Any) -> None:
    bench = Bench(EVERYTHING, secrets=(key("a.test"),))
    with bench.open(*EVERYTHING) as host, pytest.raises(InvalidInput):
        host.call("secret", {"url": "https://a.test/", "secrets": uses})


def test_a_request_with_a_secret_asks_for_no_part_of_the_answer() -> None:
    """Parts of an echo would hold parts of a secret."""
    bench = Bench(EVERYTHING, secrets=(key("a.test"),))
    with bench.open(*EVERYTHING) as host:
        host.call(
            "secret", {"url": "https://a.test/", "headers": {"Range": "bytes=0-3"}, "secrets": [BEARER]}
        )
    assert "range" not in {name.lower() for name, _ in bench.egress.calls[0].headers}  # type: ignore[attr-defined]


def test_a_secret_is_in_no_repr() -> None:
    assert VALUE not in repr(key("a.test"))
