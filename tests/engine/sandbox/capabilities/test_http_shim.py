"""Guests' requests against a real server: inside and outside of the token."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from engine.base.errors import (
    CapabilityDenied,
    EgressDenied,
    InvalidInput,
    NetworkFailure,
    PayloadTooLarge,
    StepCancelled,
    TimedOut,
)
from engine.base.limits import Limits
from engine.execution.cancellation import CancelToken
from engine.ports.capabilities import HttpReply, Surroundings
from engine.ports.grants import HttpCapability
from engine.ports.policy import PERSONAL
from engine.steps.http_request.connections import Connections
from engine.testing.memory_capabilities import RecordingEgress
from engine.testing.step_bench import ClosedCircuits
from tests.engine.sandbox.capabilities.bench import HOLDER, Bench
from tests.engine.sandbox.capabilities.requests import EVERYTHING, body
from tests.servers.http_server import HttpServer


def test_inside_the_token_a_request_works(real: Any, server: HttpServer) -> None:
    bench = real(HttpCapability(host="127.0.0.1", methods=("GET", "POST"), path="/echo"))
    with bench.open(HttpCapability(host="127.0.0.1", methods=("POST",), path="/")) as host:
        answer = host.call(
            "http",
            {
                "method": "post",
                "url": server.at("/echo/a?b=c"),
                "headers": {"X-One": "1", "X-Two": ["2", "3"]},
                "json": {"n": 1},
            },
        )
    assert (answer["status"], answer["redirects"], answer["url"]) == (200, 0, server.at("/echo/a?b=c"))
    seen = body(answer)
    assert (seen["method"], seen["path"], seen["query"]) == ("POST", "/echo/a", {"b": ["c"]})
    assert seen["body"] == '{"n":1}'
    assert seen["headers"]["content-type"] == "application/json"
    assert (seen["headers"]["x-one"], seen["headers"]["x-two"]) == ("1", "3")
    assert answer["headers"]["content-type"] == "application/json"
    assert (bench.last.allowed, bench.last.arguments["path"]) == (True, "/echo/a")
    assert "b=c" not in str(bench.last), "the query is not on record"


@pytest.mark.parametrize(
    "request_",
    [
        {"url": "/status/200"},
        {"url": "/echo", "method": "POST"},
        {"url": "/echo-more"},
        {"url": "/Echo"},
        {"url": "/echo", "body": "12345678901"},
    ],
)
def test_outside_the_token_nothing_is_sent(real: Any, server: HttpServer, request_: dict[str, Any]) -> None:
    bench = real()
    granted = HttpCapability(host="127.0.0.1", path="/echo", bytes_max=10)
    with bench.open(granted) as host, pytest.raises(CapabilityDenied) as caught:
        host.call("http", {**request_, "url": server.at(request_["url"])})
    assert "127.0.0.1" in caught.value.message
    assert f"policy of subnet '{PERSONAL}'" in caught.value.message
    assert caught.value.details["token"] in caught.value.message
    assert server.seen == []
    assert (bench.last.allowed, bench.last.reason) == (False, "not-granted")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/echo/../status/200",
        "http://127.0.0.1:{port}/echo/%2e%2e/status/200",
        "http://127.0.0.1:{port}/echo/..%2fstatus/200",
        "http://127.0.0.1:{port}/echo/..;/status/200",
        "http://127.0.0.1:{port}/echo/%252e%252e/status/200",
        "http://127.0.0.1:{port}//echo",
        "http://127.0.0.1:{port}/%65cho%2f..%2fstatus",
        "http://granted.test@127.0.0.1:{port}/echo",
        "http://127.0.0.1:{port}\\@granted.test/echo",
        "http://localhost:{port}/echo",
        "http://0177.0.0.1:{port}/echo",
    ],
)
def test_tricks_with_addresses_reach_nothing(real: Any, server: HttpServer, url: str) -> None:
    bench = real()
    granted = [HttpCapability(host=host, path="/echo") for host in ("127.0.0.1", "granted.test")]
    with bench.open(*granted) as host, pytest.raises((CapabilityDenied, InvalidInput)):
        host.call("http", {"url": url.format(port=server.port)})
    assert server.seen == []
    assert not bench.last.allowed


@pytest.mark.parametrize("spelling", ["0x7f.1", "2130706433", "127.1", "[::ffff:127.0.0.1]"])
def test_a_host_is_the_same_in_every_spelling(real: Any, server: HttpServer, spelling: str) -> None:
    bench = real()
    with bench.open(HttpCapability(host="127.0.0.1")) as host:
        host.call("http", {"url": f"http://{spelling}:{server.port}/echo"})
    with bench.open(HttpCapability(host="granted.test")) as host, pytest.raises(CapabilityDenied):
        host.call("http", {"url": f"http://{spelling}:{server.port}/echo"})
    assert len(server.seen) == 1


def test_the_egress_policy_stands_behind_the_token(real: Any) -> None:
    bench = real()
    with bench.open(HttpCapability(host="*")) as host:
        for url in ("http://10.0.0.1/", "http://inside.test/", "http://169.254.169.254/latest/"):
            with pytest.raises(EgressDenied):
                host.call("http", {"url": url})
            assert [(use.allowed, use.reason) for use in bench.uses[-2:]] == [
                (True, "grant 0"),
                (False, "egress"),
            ]


def test_the_token_does_not_answer_for_a_name_that_leads_inside(real: Any, server: HttpServer) -> None:
    """The name is judged by the token, its address by the egress policy (here loopback is allowed)."""
    bench = real()
    with bench.open(HttpCapability(host="rebound.test")) as host:
        assert host.call("http", {"url": f"http://rebound.test:{server.port}/echo"})["status"] == 200
        with pytest.raises(CapabilityDenied):
            host.call("http", {"url": server.at("/echo")})


def test_an_answer_is_bounded_by_the_token_and_the_request(real: Any, server: HttpServer) -> None:
    bench = real()
    with bench.open(HttpCapability(host="127.0.0.1", bytes_max=100)) as host:
        assert len(host.call("http", {"url": server.at("/bytes/100")})["body"]) == 100
        with pytest.raises(PayloadTooLarge):
            host.call("http", {"url": server.at("/bytes/101")})
        with pytest.raises(PayloadTooLarge):
            host.call("http", {"url": server.at("/bytes/50"), "bytesMax": 49})
        with pytest.raises(PayloadTooLarge):
            host.call("http", {"url": server.at("/bomb")})


def test_an_egress_that_gives_too_much_is_not_believed() -> None:
    bench = Bench(EVERYTHING, egress=RecordingEgress(HttpReply(200, "OK", (), b"x" * 11)))
    with bench.open(HttpCapability(host="a.test", bytes_max=10)) as host, pytest.raises(PayloadTooLarge):
        host.call("http", {"url": "https://a.test/"})


def test_time_limits_hold(real: Any, server: HttpServer) -> None:
    bench = real()
    with bench.open(HttpCapability(host="127.0.0.1")) as host, pytest.raises(TimedOut):
        host.call("http", {"url": server.at("/slow-head"), "timeoutMs": 50})
    with bench.open(HttpCapability(host="127.0.0.1"), timeout_ms=50) as host, pytest.raises(TimedOut):
        host.call("http", {"url": server.at("/slow-head")})


def test_cancelling_the_step_breaks_a_request_off(
    real: Any, server: HttpServer, connections: Connections
) -> None:
    bench, cancel = real(), CancelToken()
    around = Surroundings(HOLDER, bench.policy, ClosedCircuits(), cancel, 30_000)
    with bench.host.open(around, [HttpCapability(host="127.0.0.1")]) as host:
        stopper = threading.Thread(target=lambda: server.arrived.wait(10) and cancel.cancel())
        stopper.start()
        with pytest.raises(StepCancelled):
            host.call("http", {"url": server.at("/slow-head")})
        stopper.join()
        with pytest.raises(StepCancelled):
            host.call("kv", {"action": "get", "key": "k"})


def test_a_broken_connection_is_a_network_failure(real: Any, server: HttpServer) -> None:
    bench = real()
    with bench.open(HttpCapability(host="127.0.0.1")) as host, pytest.raises(NetworkFailure):
        host.call("http", {"url": server.at("/hang-up")})


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"url": 5},
        {"url": "https://a.test/", "method": "TRACE"},
        {"url": "https://a.test/", "method": "CONNECT"},
        {"url": "https://a.test/", "method": "GET / HTTP/1.1\r\nHost: b"},
        {"url": "https://a.test/", "headers": {"X": "a\r\nHost: evil.test"}},
        {"url": "https://a.test/", "headers": {"X\r\nHost": "evil.test"}},
        {"url": "https://a.test/", "headers": {"X Y": "a"}},
        {"url": "https://a.test/", "headers": {"X": "a\x00"}},
        {"url": "https://a.test/", "headers": {f"X-{n}": "a" for n in range(101)}},
        {"url": "https://a.test/", "headers": {"X": "a" * 70_000}},
        {"url": "https://a.test/", "body": "a", "json": 1},
        {"url": "https://a.test/", "proxy": "http://b.test/"},
        {"url": "https://a.test/", "tls": {"verify": False}},
        {"url": "https://a.test/\ud800"},
        {"url": "https://a.test/", "headers": {"X": "\ud800"}},
    ],
)
def test_what_is_no_request_is_refused(request_: dict[str, Any]) -> None:
    bench = Bench(EVERYTHING)
    with bench.open(*EVERYTHING) as host, pytest.raises(InvalidInput):
        host.call("http", request_)
    assert bench.egress.calls == []  # type: ignore[attr-defined]


def test_headers_of_the_host_cannot_be_set(real: Any, server: HttpServer) -> None:
    bench = real()
    with bench.open(HttpCapability(host="127.0.0.1")) as host:
        answer = host.call(
            "http",
            {
                "url": server.at("/echo"),
                "headers": {
                    "HOST": "evil.test",
                    "Transfer-Encoding": "chunked",
                    "Connection": "x",
                    "Accept-Encoding": "br",
                    "Content-Length": "5",
                },
            },
        )
    headers = body(answer)["headers"]
    assert headers["host"] == f"127.0.0.1:{server.port}"
    assert headers["accept-encoding"] == "gzip, deflate"
    assert not {"transfer-encoding", "content-length"} & set(headers)


def test_there_are_no_other_operations() -> None:
    with Bench(EVERYTHING).open() as host, pytest.raises(InvalidInput, match="http, kv, secret"):
        host.call("shell", {})


def test_a_closed_host_does_nothing(real: Any, server: HttpServer) -> None:
    host = real().open(HttpCapability(host="127.0.0.1"))
    host.close()
    with pytest.raises(CapabilityDenied) as caught:
        host.call("http", {"url": server.at("/echo")})
    assert caught.value.details["reason"] == "ended"


def test_the_step_timeout_bounds_the_tokens_life() -> None:
    bench = Bench(EVERYTHING, limits=Limits(step_timeout_ms=60_000))
    with bench.open(*EVERYTHING, timeout_ms=1_000) as host:
        bench.clock.advance_ms(1_000)
        with pytest.raises(CapabilityDenied) as caught:
            host.call("kv", {"action": "get", "key": "k"})
    assert caught.value.details["reason"] == "expired"
