"""Guests' requests against a real server: inside and outside of the token."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from engine.base.errors import (
    CapabilityDenied,
    EgressDenied,
    InvalidInput,
    NetworkFailure,
    PayloadTooLarge,
    StepCancelled,
    StepFailure,
    TimedOut,
)
from engine.base.limits import Limits
from engine.execution.cancellation import CancelToken
from engine.ports.capabilities import HttpReply, Secret, Surroundings
from engine.ports.grants import HttpCapability, KvCapability, SecretCapability
from engine.ports.policy import PERSONAL
from engine.steps.http_request.connections import Connections
from engine.steps.http_request.egress import GuardedEgress
from engine.testing.memory_capabilities import RecordingEgress
from engine.testing.step_bench import ClosedCircuits
from tests.engine.sandbox.capabilities.bench import HOLDER, Bench
from tests.servers.http_server import HttpServer, Reply, Seen
from tests.support_http import Names

VALUE = 's3cret/"value"+1'
EVERYTHING = (
    HttpCapability(host="*", methods=("*",)),
    SecretCapability(name="*"),
    KvCapability(),
)


@pytest.fixture
def server() -> Iterator[HttpServer]:
    """A real HTTP server on loopback."""
    with HttpServer() as running:
        yield running


@pytest.fixture
def other() -> Iterator[HttpServer]:
    """Another site."""
    with HttpServer() as running:
        yield running


@pytest.fixture
def connections() -> Iterator[Connections]:
    """Connections whose names are given."""
    made = Connections(resolver=Names({"rebound.test": [["127.0.0.1"]], "inside.test": [["10.0.0.1"]]}))
    yield made
    made.close()


@pytest.fixture
def real(connections: Connections) -> Any:
    """Makes a bench whose way out is the real one."""

    def make(*ceilings: Any, **options: Any) -> Bench:
        return Bench(
            ceilings or EVERYTHING, egress_of=lambda around: GuardedEgress(around, connections), **options
        )

    return make


def key(*hosts: str, plain_http: bool = True, name: str = "key", value: str = VALUE) -> Secret:
    """A secret for the personal subnet."""
    return Secret(name, value, hosts, (PERSONAL,), plain_http)


def body(answer: dict[str, Any]) -> Any:
    return json.loads(answer["body"])


# inside and outside ---------------------------------------------------------------------------------
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


# redirects ------------------------------------------------------------------------------------------
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


# bounds ---------------------------------------------------------------------------------------------
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


# what a guest may say -------------------------------------------------------------------------------
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


# secrets --------------------------------------------------------------------------------------------
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
