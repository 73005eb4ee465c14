"""Redirects of guests' requests: each is judged anew."""

from __future__ import annotations

from typing import Any

import pytest

from engine.base.errors import (
    CapabilityDenied,
    EgressDenied,
    InvalidInput,
    StepFailure,
)
from engine.ports.grants import HttpCapability
from tests.engine.sandbox.capabilities.requests import body
from tests.servers.http_server import HttpServer, Reply


def test_a_redirect_inside_the_token_is_followed(real: Any, server: HttpServer) -> None:
    bench = real()
    with bench.open(HttpCapability(host="127.0.0.1")) as host:
        answer = host.call("http", {"url": server.at("/redirects/3")})
    assert (answer["status"], answer["redirects"], answer["url"]) == (200, 3, server.at("/echo"))
    assert len(bench.uses) == 4, "each is a use"


def test_a_redirect_out_of_the_token_is_refused(real: Any, server: HttpServer, other: HttpServer) -> None:
    bench = real()
    with bench.open(HttpCapability(host=f"127.0.0.1:{server.port}")) as host:
        with pytest.raises(CapabilityDenied, match=str(other.port)):
            host.call("http", {"url": server.at(f"/redirect?to={other.at('/echo')}")})
        plain = host.call("http", {"url": server.at(f"/redirect?to={other.at('/echo')}"), "follow": False})
    assert (plain["status"], plain["headers"]["location"]) == (302, other.at("/echo"))
    assert other.seen == []


@pytest.mark.parametrize("to", ["/echo/../status/200", "/echo/%2e%2e/status", "file:///etc/passwd", "//[bad"])
def test_a_redirect_cannot_lead_out_of_a_path(real: Any, server: HttpServer, to: str) -> None:
    server.extra["/echo/go"] = lambda seen: Reply(302, [("Location", to)])
    bench = real()
    refused = pytest.raises((CapabilityDenied, InvalidInput, EgressDenied))
    with bench.open(HttpCapability(host="127.0.0.1", path="/echo")) as host, refused:
        host.call("http", {"url": server.at("/echo/go")})
    assert not bench.last.allowed
    assert [seen.path for seen in server.seen] == ["/echo/go"]


def test_redirects_end(real: Any, server: HttpServer) -> None:
    bench = real()
    with bench.open(HttpCapability(host="127.0.0.1")) as host, pytest.raises(StepFailure, match="redirects"):
        host.call("http", {"url": server.at("/redirects/20")})


def test_towards_another_origin_headers_stay_behind(real: Any, server: HttpServer, other: HttpServer) -> None:
    bench = real()
    with bench.open(HttpCapability(host="*", methods=("*",))) as host:
        answer = host.call(
            "http",
            {
                "method": "POST",
                "url": server.at(f"/redirect?status=307&to={other.at('/echo')}"),
                "headers": {"X-Api": "mine", "Cookie": "a=b", "Accept": "text/plain"},
                "body": "text",
            },
        )
    headers = body(answer)["headers"]
    assert {"x-api", "cookie"} & set(headers) == set()
    assert headers["accept"] == "text/plain"
    assert body(answer)["body"] == "text"


def test_a_post_that_is_redirected_becomes_a_get_and_is_judged_as_one(real: Any, server: HttpServer) -> None:
    bench = real()
    url = server.at("/redirect?status=303&to=/echo")
    refused = pytest.raises(CapabilityDenied, match="GET")
    with bench.open(HttpCapability(host="127.0.0.1", methods=("POST",))) as host, refused:
        host.call("http", {"method": "POST", "url": url, "body": "x"})
    with bench.open(HttpCapability(host="127.0.0.1", methods=("POST", "GET"))) as host:
        seen = body(host.call("http", {"method": "POST", "url": url, "body": "x"}))
    assert (seen["method"], seen["body"]) == ("GET", "")
