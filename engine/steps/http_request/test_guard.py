"""No request reaches an address that the egress policy refuses, by whatever way it is led there."""

from __future__ import annotations

import threading
from urllib.parse import quote

import httpcore
import pytest

from engine.base.errors import EgressDenied, InvalidInput, NetworkFailure, StepFailure
from engine.ports.policy import EgressPolicy
from engine.steps.http_request.connections import Route
from engine.steps.http_request.network import Guard, system_resolver
from tests.servers.http_server import HttpServer, Reply
from tests.support_http import LOOPBACK, HttpBench, Names

OPEN = EgressPolicy()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "0177.1",
        "127.1",
        "[::ffff:127.0.0.1]",
        "127.0.0.%31",
        "u@127.0.0.1",
    ],
)
def test_loopback_is_refused_in_any_spelling(http: HttpBench, server: HttpServer, host: str) -> None:
    with pytest.raises(EgressDenied, match="QFLOW_EGRESS_ALLOW"):
        http.items({"url": f"http://{host}:{server.port}/echo"}, egress=OPEN)
    assert server.accepted == 0


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"],
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["8.8.8.8", "127.0.0.1"],
    ],
)
def test_a_name_with_a_private_answer_is_refused(
    http: HttpBench, server: HttpServer, answers: list[str]
) -> None:
    http.names.answers["rebind.example"] = [answers]
    with pytest.raises(EgressDenied, match=r"rebind\.example"):
        http.items({"url": f"http://rebind.example:{server.port}/echo"}, egress=OPEN)
    assert server.accepted == 0


def test_the_connection_goes_to_the_answer_that_was_checked(http: HttpBench, server: HttpServer) -> None:
    http.names.answers["rebind.example"] = [["127.0.0.1"], ["10.0.0.1"]]
    found = http.body({"url": f"http://rebind.example:{server.port}/echo"})
    assert http.names.asked == ["rebind.example"]
    assert found["headers"]["host"] == f"rebind.example:{server.port}"


def test_a_second_look_up_is_checked_again(http: HttpBench, server: HttpServer) -> None:
    http.names.answers["rebind.example"] = [["127.0.0.1"], ["10.0.0.1"]]
    url = f"http://rebind.example:{server.port}/echo"
    http.items({"url": url, "headers": {"X": "1"}})
    server.drop_connections()
    with pytest.raises(EgressDenied, match=r"10\.0\.0\.1"):
        http.items({"url": url})


@pytest.mark.parametrize(
    "to",
    [
        "http://10.0.0.1/",
        "//169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://0x0a.1/",
        "http://user@10.0.0.1/",
        "http://inside.example/",
    ],
)
def test_a_redirect_to_a_private_address_is_refused(http: HttpBench, server: HttpServer, to: str) -> None:
    http.names.answers["inside.example"] = [["192.168.1.1"]]
    with pytest.raises(EgressDenied):
        http.items({"url": server.at(f"/redirect?to={quote(to)}")})
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "to", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:70/", "javascript:1"]
)
def test_a_redirect_to_another_scheme_is_refused(http: HttpBench, server: HttpServer, to: str) -> None:
    with pytest.raises(StepFailure, match="no http or https address"):
        http.items({"url": server.at(f"/redirect?to={quote(to)}")})


def test_a_next_page_at_a_private_address_is_refused(http: HttpBench, server: HttpServer) -> None:
    server.extra["/page"] = lambda seen: Reply(200, [("Link", '<http://10.0.0.1/>; rel="next"')])
    with pytest.raises(EgressDenied):
        http.items({"url": server.at("/page"), "pagination": {"kind": "nextUrl"}})


def test_a_token_endpoint_at_a_private_address_is_refused(http: HttpBench, server: HttpServer) -> None:
    auth = {"kind": "oauth2ClientCredentials", "tokenUrl": "http://10.0.0.1/token", "clientId": "id"}
    with pytest.raises(EgressDenied):
        http.items({"url": server.at("/echo"), "auth": auth})
    assert not server.seen


def test_a_kept_connection_does_not_outlive_the_policy_that_allowed_it(
    http: HttpBench, server: HttpServer
) -> None:
    parameters = {"url": server.at("/echo")}
    http.items(parameters)
    for policy in (OPEN, EgressPolicy(allow=LOOPBACK.allow, deny=(f"127.0.0.1:{server.port}",))):
        with pytest.raises(EgressDenied):
            http.items(parameters, egress=policy)
    assert len(server.seen) == 1


def test_subnets_do_not_share_connections(http: HttpBench, server: HttpServer) -> None:
    http.items({"url": server.at("/echo")}, subnet="one")
    http.items({"url": server.at("/echo")}, subnet="two")
    assert server.accepted == 2


def test_pools_are_bounded_and_closed_when_dropped(http: HttpBench, server: HttpServer) -> None:
    http.connections._pools_max = 2
    for number in range(5):
        http.items({"url": server.at("/echo")}, subnet=f"subnet-{number}")
    assert len(http.connections) == 2


def test_a_pool_dropped_in_use_serves_its_user_to_the_end(http: HttpBench, server: HttpServer) -> None:
    route = Route("one", LOOPBACK)
    with http.connections.pool(route) as pool:
        http.connections.close()
        response = pool.send(httpcore.Request("GET", server.at("/echo"), headers=[("Host", "x")]))
        assert response.read()
        response.close()
    assert len(http.connections) == 0


def test_an_only_allowed_policy_asks_no_name_service(http: HttpBench) -> None:
    with pytest.raises(EgressDenied):
        http.items({"url": "http://secret-data.evil.example/"}, egress=EgressPolicy(only_allowed=True))
    assert not http.names.asked


def test_a_host_header_must_not_name_a_refused_site(http: HttpBench, server: HttpServer) -> None:
    policy = EgressPolicy(allow=("front.example",), only_allowed=True)
    http.names.answers["front.example"] = [["127.0.0.1"]]
    url = f"http://front.example:{server.port}/echo"
    http.items({"url": url}, egress=policy)
    with pytest.raises(EgressDenied, match=r"other\.example"):
        http.items({"url": url, "headers": {"Host": "other.example"}}, egress=policy)
    found = http.body({"url": url, "headers": {"host": "vhost.example"}})
    assert found["headers"]["host"] == "vhost.example"


def test_localhost_uses_the_allowed_answer_alone() -> None:
    names = Names({"localhost": [["::1", "127.0.0.1"]], "other.example": [["::1", "127.0.0.1"]]})
    guard = Guard(LOOPBACK, names)
    assert guard.addresses("localhost", 80, 1) == ["127.0.0.1"]
    with pytest.raises(EgressDenied):
        guard.addresses("other.example", 80, 1)


def test_the_first_address_that_answers_is_used(http: HttpBench, server: HttpServer) -> None:
    http.names.answers["two.example"] = [["127.9.9.9", "127.0.0.1"]]
    assert http.json({"url": f"http://two.example:{server.port}/echo"})["status"] == 200


def test_a_name_without_an_address_is_a_network_failure(http: HttpBench) -> None:
    with pytest.raises(NetworkFailure, match="does not resolve"):
        http.items({"url": "http://nowhere.example/"})


def test_the_system_resolver_reads_numbers_without_asking_anyone() -> None:
    assert system_resolver("127.0.0.1", 80) == ["127.0.0.1"]


def test_a_policy_that_cannot_be_read_lets_nothing_through(http: HttpBench, server: HttpServer) -> None:
    with pytest.raises(InvalidInput, match="no entry of an egress policy"):
        http.items({"url": server.at("/echo")}, egress=EgressPolicy(allow=("*",), deny=("10.0.0.0/99",)))
    assert not server.seen


# secrets on the way ---------------------------------------------------------------------------------
def test_secrets_do_not_follow_a_redirect_to_another_origin(http: HttpBench, server: HttpServer) -> None:
    with HttpServer() as other:
        headers = {"X-Api-Key": "k1", "Cookie": "a=1", "X-Plain": "yes"}
        auth = {"kind": "bearer", "token": "t0ken"}
        url = server.at(f"/redirect?status=307&to={quote(other.at('/echo'))}")
        found = http.body({"url": url, "method": "POST", "json": {"a": 1}, "headers": headers, "auth": auth})
    assert found["body"] == '{"a":1}'
    assert found["headers"]["x-plain"] == "yes"
    assert not {"authorization", "x-api-key", "cookie"} & set(found["headers"])
    assert found["headers"]["host"] == f"127.0.0.1:{other.port}"


def test_secrets_do_follow_a_redirect_within_the_origin(http: HttpBench, server: HttpServer) -> None:
    found = http.body(
        {
            "url": server.at("/set-cookie?name=s&value=2&to=/echo"),
            "headers": {"X-Api-Key": "k1", "Cookie": "a=1"},
            "auth": {"kind": "bearer", "token": "t0ken"},
        }
    )
    assert found["headers"]["authorization"] == "Bearer t0ken"
    assert found["headers"]["x-api-key"] == "k1"
    assert found["headers"]["cookie"] == "a=1; s=2"


def test_an_own_cookie_survives_a_redirect_that_sets_none(http: HttpBench, server: HttpServer) -> None:
    found = http.body({"url": server.at("/redirects/2"), "headers": {"Cookie": "a=1"}})
    assert found["headers"]["cookie"] == "a=1"


def test_cookies_are_forgotten_between_requests(http: HttpBench, server: HttpServer) -> None:
    http.items({"url": server.at("/set-cookie?name=s&value=2&to=/echo")})
    assert "cookie" not in http.body({"url": server.at("/echo")})["headers"]


def test_secrets_do_not_follow_a_next_page_to_another_origin(http: HttpBench, server: HttpServer) -> None:
    with HttpServer() as other:
        server.extra["/page"] = lambda seen: Reply(200, [("Link", f'<{other.at("/echo")}>; rel="next"')])
        http.items(
            {
                "url": server.at("/page"),
                "headers": {"X-Api-Key": "k1"},
                "auth": {"kind": "basic", "username": "u", "password": "p"},
                "pagination": {"kind": "nextUrl"},
            }
        )
        (seen,) = other.seen
    assert "Authorization" not in seen.headers
    assert "X-Api-Key" not in seen.headers


@pytest.mark.parametrize(
    ("status", "method", "expected"),
    [
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (303, "PUT", "GET"),
        (307, "PUT", "PUT"),
        (308, "POST", "POST"),
    ],
)
def test_methods_after_redirects_follow_the_standard(
    http: HttpBench, server: HttpServer, status: int, method: str, expected: str
) -> None:
    url = server.at(f"/redirect?status={status}&to=/echo")
    found = http.body({"url": url, "method": method, "text": "abc"})
    assert found["method"] == expected
    assert found["body"] == ("" if expected == "GET" else "abc")
    assert ("content-type" in found["headers"]) == (expected != "GET")


def test_redirects_may_be_left_alone(http: HttpBench, server: HttpServer) -> None:
    found = http.json({"url": server.at("/redirect?to=/echo"), "redirects": {"follow": False}})
    assert (found["status"], found["headers"]["location"]) == (302, "/echo")


def test_errors_hold_no_secrets(http: HttpBench, server: HttpServer) -> None:
    parameters = {
        "url": server.at("/status/500?body=you-sent-s3cret-and-k3y-and-p4ss").replace("//", "//u:p4ss@"),
        "query": {"api_key": "k3y-123"},
        "headers": {"X-Secret": "k3y-and"},
        "auth": {"kind": "header", "name": "X-Token", "value": "s3cret"},
    }
    with pytest.raises(StepFailure) as caught:
        http.items(parameters)
    told = f"{caught.value} {caught.value.details}"
    for secret in ("s3cret", "k3y-and", "p4ss", "k3y-123"):
        assert secret not in told


def test_wrong_parameters_are_not_shown(http: HttpBench) -> None:
    with pytest.raises(InvalidInput) as caught:
        http.items({"url": "http://x/", "auth": {"kind": "bearer", "token": ["s3cret"]}})
    assert "s3cret" not in f"{caught.value} {caught.value.__cause__}"


def test_a_look_up_that_hangs_ends_with_the_time_limit(http: HttpBench) -> None:
    release = threading.Event()

    def hanging(host: str, port: int) -> list[str]:
        release.wait(10)
        return []

    guard = Guard(OPEN, hanging)
    try:
        with pytest.raises(httpcore.ConnectTimeout, match="took too long"):
            guard.addresses("slow.example", 80, 0.05)
    finally:
        release.set()
