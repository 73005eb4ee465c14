"""Every kind of authentication is accepted by a server that asks for it."""

from __future__ import annotations

from typing import Any

import pytest

from engine.base.errors import InvalidInput, StepFailure
from engine.steps.http_request.credentials import TokenCache
from engine.testing.step_bench import items_of
from tests.servers.http_server import HttpServer, Reply
from tests.support_http import HttpBench

BASIC = {"kind": "basic", "username": "anna", "password": "pä:ss"}
DIGEST = {"kind": "digest", "username": "anna", "password": "pass"}


def _oauth(server: HttpServer, **more: Any) -> dict[str, Any]:
    given = {"tokenUrl": server.at("/token"), "clientId": "id", "clientSecret": "secret-of-id"}
    return {"kind": "oauth2ClientCredentials", **given, **more}


def test_basic(http: HttpBench, server: HttpServer) -> None:
    assert http.json({"url": server.at("/basic/anna/pä:ss"), "auth": BASIC})["status"] == 200
    with pytest.raises(StepFailure, match="401"):
        http.items({"url": server.at("/basic/anna/other"), "auth": BASIC})


def test_user_and_password_in_the_address_are_basic_authentication(
    http: HttpBench, server: HttpServer
) -> None:
    url = server.at("/basic/anna/p@ss").replace("//", "//anna:p%40ss@")
    assert http.json({"url": url})["status"] == 200
    assert "@" not in server.seen[0].headers["Host"]


def test_bearer_header_and_query(http: HttpBench, server: HttpServer) -> None:
    bearer = http.body({"url": server.at("/echo"), "auth": {"kind": "bearer", "token": "t"}})
    assert bearer["headers"]["authorization"] == "Bearer t"
    header = http.body({"url": server.at("/echo"), "auth": {"kind": "header", "name": "X-Key", "value": "v"}})
    assert header["headers"]["x-key"] == "v"
    query = http.body(
        {"url": server.at("/echo?a=1"), "auth": {"kind": "query", "name": "key", "value": "v&"}}
    )
    assert query["query"] == {"a": ["1"], "key": ["v&"]}


def test_a_secret_with_a_line_break_is_refused_and_not_shown(http: HttpBench, server: HttpServer) -> None:
    with pytest.raises(InvalidInput) as caught:
        http.items({"url": server.at("/echo"), "auth": {"kind": "bearer", "token": "s3cret\r\nX: 1"}})
    assert "s3cret" not in str(caught.value)


def test_digest_answers_the_challenge_once_for_all_items(http: HttpBench, server: HttpServer) -> None:
    parameters = {"url": server.at("/digest/anna/pass?x=1"), "auth": DIGEST, "method": "POST", "text": "abc"}
    found = http.items(parameters, *items_of({}, {}))
    assert [item["json"]["body"]["body"] for item in found] == ["abc", "abc"]
    assert len(server.seen) == 3
    assert server.accepted == 1
    with pytest.raises(StepFailure, match="401"):
        http.items({**parameters, "url": server.at("/digest/anna/other")})


@pytest.mark.parametrize(
    "challenge",
    ["Digest realm", 'Digest realm="x"', 'Digest realm="x", nonce="n", algorithm=ROT13', "Digest"],
)
def test_a_challenge_that_cannot_be_read_is_an_error(
    http: HttpBench, server: HttpServer, challenge: str
) -> None:
    server.extra["/odd"] = lambda seen: Reply(401, [("WWW-Authenticate", challenge)])
    with pytest.raises(StepFailure):
        http.items({"url": server.at("/odd"), "auth": DIGEST})


@pytest.mark.parametrize("send_as", ["header", "body"])
def test_oauth2_fetches_a_token_and_keeps_it(http: HttpBench, server: HttpServer, send_as: str) -> None:
    parameters = {"url": server.at("/bearer"), "auth": _oauth(server, sendAs=send_as, scope="read")}
    http.items(parameters, *items_of({}, {}))
    http.items(parameters)
    assert server.tokens == ["token-0"]
    assert b"scope=read" in server.seen[0].body


def test_oauth2_tokens_are_not_shared_between_subnets(http: HttpBench, server: HttpServer) -> None:
    parameters = {"url": server.at("/bearer"), "auth": _oauth(server)}
    http.items(parameters, subnet="one")
    http.items(parameters, subnet="two")
    assert server.tokens == ["token-0", "token-1"]


def test_a_revoked_token_is_replaced_once(http: HttpBench, server: HttpServer) -> None:
    parameters = {"url": server.at("/bearer"), "auth": _oauth(server)}
    http.items(parameters)
    server.tokens[:] = ["revoked"]
    assert http.json(parameters)["status"] == 200
    assert server.tokens == ["revoked", "token-1"]
    server.tokens.clear()
    server.extra["/bearer"] = lambda seen: Reply(401)
    with pytest.raises(StepFailure, match="401"):
        http.items(parameters)


def test_a_refused_client_is_explained_without_its_secret(http: HttpBench, server: HttpServer) -> None:
    parameters = {"url": server.at("/bearer"), "auth": _oauth(server, clientSecret="wr0ng-secret")}
    with pytest.raises(StepFailure, match=r"gave no access token: status 401 \(invalid_client\)") as caught:
        http.items(parameters)
    assert "wr0ng-secret" not in f"{caught.value} {caught.value.details}"
    assert not caught.value.retryable


def test_tokens_end_shortly_before_their_time_and_are_bounded() -> None:
    now = [0.0]
    tokens = TokenCache(tokens_max=2, clock=lambda: now[0])
    for name in ("a", "b", "c"):
        tokens.put(name, name, 100)
    assert tokens.get("a") is None
    assert tokens.get("c") == "c"
    now[0] = 69.0
    assert tokens.get("c") == "c"
    now[0] = 70.0
    assert tokens.get("c") is None
    tokens.put("d", "d", 10)
    assert tokens.get("d") is None
