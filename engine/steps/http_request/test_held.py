"""Stored credentials on requests: every type, and what keeps them from going elsewhere."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from engine.base.errors import CapabilityDenied, InvalidInput, StepFailure
from engine.steps.credential_network import OAuth1
from engine.steps.http_request.oauth1 import OAuth1Credential, base_string
from engine.testing.memory_credentials import GivenCredentials
from engine.testing.step_bench import items_of
from tests.servers.http_server import HttpServer, Reply
from tests.support_http import HttpBench


def auth(kind: str) -> dict[str, Any]:
    return {"kind": "credential", "credential": {"type": kind, "name": "mine"}}


def sent(http: HttpBench, server: HttpServer, kind: str, values: dict[str, Any], **more: Any) -> Any:
    given = GivenCredentials((kind, "mine", values))
    return http.body({"url": server.at("/echo?a=1"), "auth": auth(kind), **more}, credential=given)


@pytest.mark.parametrize(
    ("kind", "values", "header", "wanted"),
    [
        ("httpBasicAuth", {"user": "anna", "password": "p"}, "authorization", "Basic YW5uYTpw"),
        ("httpBearerAuth", {"token": "t0ken"}, "authorization", "Bearer t0ken"),
        ("httpHeaderAuth", {"name": "X-Key", "value": "v"}, "x-key", "v"),
        ("httpCustomAuth", {"json": '{"headers": {"X-A": "b"}}'}, "x-a", "b"),
    ],
)
def test_a_header_is_put_on_the_request(
    http: HttpBench, server: HttpServer, kind: str, values: dict[str, Any], header: str, wanted: str
) -> None:
    assert sent(http, server, kind, values)["headers"][header] == wanted


def test_query_and_body_are_added_to_what_the_flow_sends(http: HttpBench, server: HttpServer) -> None:
    found = sent(http, server, "httpQueryAuth", {"name": "key", "value": "v&"})
    assert found["query"] == {"a": ["1"], "key": ["v&"]}
    values = {"json": {"qs": {"k": "v"}, "body": {"secret": "s"}}}
    found = sent(http, server, "httpCustomAuth", values, method="POST", json={"x": 1})
    assert found["query"] == {"a": ["1"], "k": ["v"]}
    assert found["body"] in ('{"x":1,"secret":"s"}', {"x": 1, "secret": "s"})
    found = sent(http, server, "httpCustomAuth", values, method="POST", form={"x": "1"})
    assert "secret=s" in str(found["body"]) or found["body"] == {"x": ["1"], "secret": ["s"]}
    with pytest.raises(InvalidInput, match="JSON object or a form"):
        sent(http, server, "httpCustomAuth", values, method="POST", text="plain")


def test_digest_answers_the_challenge(http: HttpBench, server: HttpServer) -> None:
    given = GivenCredentials(("httpDigestAuth", "mine", {"user": "anna", "password": "pass"}))
    url = server.at("/digest/anna/pass")
    assert http.json({"url": url, "auth": auth("httpDigestAuth")}, credential=given)["status"] == 200


def test_a_credential_goes_only_where_its_scope_lets_it(http: HttpBench, server: HttpServer) -> None:
    values = ("httpBearerAuth", "mine", {"token": "t0ken"})
    parameters = {"url": server.at("/echo"), "auth": auth("httpBearerAuth")}
    with pytest.raises(CapabilityDenied, match="may not be sent to"):
        http.items(parameters, credential=GivenCredentials(values, hosts=("api.example",)))
    assert server.seen == []
    elsewhere = GivenCredentials(values, hosts=(server.at("/").split("/")[2],))
    assert http.json(parameters, credential=elsewhere)["status"] == 200
    each = lambda item, index: {**parameters, "url": item["json"]["url"]}  # noqa: E731
    items = items_of({"url": server.at("/echo")}, {"url": "http://localhost:1/"})
    with pytest.raises(CapabilityDenied):
        http.items(each, *items, credential=elsewhere)


def test_a_redirect_to_another_origin_carries_nothing(http: HttpBench, server: HttpServer) -> None:
    http.names.answers["other.example"] = [["127.0.0.1"]]
    other = server.at("/echo").replace("127.0.0.1", "other.example")
    server.extra["/away"] = lambda seen: Reply(307, [("Location", other)])
    for kind, values in (
        ("httpHeaderAuth", {"name": "X-Odd-Name", "value": "v4lue"}),
        ("httpCustomAuth", {"json": {"headers": {"X-Odd-Name": "v4lue"}, "qs": {"q": "v4lue"}}}),
        ("httpBearerAuth", {"token": "v4lue"}),
    ):
        given = GivenCredentials((kind, "mine", values))
        http.items({"url": server.at("/away"), "auth": auth(kind)}, credential=given)
        last = server.seen[-1]
        assert "v4lue" not in f"{last.headers} {last.path}"
    body = GivenCredentials(("httpCustomAuth", "mine", {"json": {"body": {"secret": "s"}}}))
    request = {"url": server.at("/away"), "auth": auth("httpCustomAuth"), "method": "POST", "json": {}}
    with pytest.raises(CapabilityDenied, match="another origin"):
        http.items(request, credential=body)


def oauth2(server: HttpServer, **more: Any) -> GivenCredentials:
    values = {"accessTokenUrl": server.at("/token"), "clientId": "id", "clientSecret": "secret-of-id"}
    return GivenCredentials(("oAuth2Api", "mine", {**values, **more}))


def test_a_token_is_fetched_once_and_kept_with_the_credential(http: HttpBench, server: HttpServer) -> None:
    given = oauth2(server)
    parameters = {"url": server.at("/bearer"), "auth": auth("oAuth2Api")}
    http.items(parameters, *items_of({}, {}), credential=given)
    http.items(parameters, credential=given)
    assert server.tokens == ["token-0"]
    (state,) = given.states.values()
    assert state["access_token"] == "token-0"
    server.tokens[:] = ["revoked"]
    assert http.json(parameters, credential=given)["status"] == 200, "a revoked token is replaced once"


def test_a_refresh_token_is_used_and_replaced(http: HttpBench, server: HttpServer) -> None:
    def tokens(seen: Any) -> Reply:
        assert b"grant_type=refresh_token" in seen.body
        turn = b"first" if b"refresh_token=first" in seen.body else b"second"
        after = b"second" if turn == b"first" else b"third"
        server.tokens.append(f"of-{turn.decode()}")
        body = b'{"access_token": "of-%s", "expires_in": 1, "refresh_token": "%s"}' % (turn, after)
        return Reply(200, [("Content-Type", "application/json")], body)

    server.extra["/token"] = tokens
    given = oauth2(server, grantType="authorizationCode", refreshToken="first")
    parameters = {"url": server.at("/bearer"), "auth": auth("oAuth2Api")}
    assert http.json(parameters, credential=given)["status"] == 200
    assert http.json(parameters, credential=given)["status"] == 200
    assert server.tokens == ["of-first", "of-second"]
    with pytest.raises(InvalidInput, match="no token yet"):
        http.items(parameters, credential=oauth2(server, grantType="authorizationCode"))


def test_a_refused_client_is_explained(http: HttpBench, server: HttpServer) -> None:
    given = oauth2(server, clientSecret="wr0ng-secret")
    with pytest.raises(StepFailure, match="gave no access token: status 401") as caught:
        http.items({"url": server.at("/bearer"), "auth": auth("oAuth2Api")}, credential=given)
    assert "wr0ng-secret" not in f"{caught.value} {caught.value.details}"


def test_oauth1_signs_as_the_rfc_shows() -> None:
    """RFC 5849, sections 1.2 (signature) and 3.4.1.1 (what is signed)."""
    values = OAuth1(
        consumerKey="dpf43f3p2l4k3l03",
        consumerSecret="kd94hf93k423kf44",
        token="nnch734d00sl2jdk",
        tokenSecret="pfkkdhi9sl3r4s00",
    )
    request = httpx.Request("GET", "http://photos.example.net/photos?file=vacation.jpg&size=original")
    fields = {
        "oauth_consumer_key": "dpf43f3p2l4k3l03",
        "oauth_nonce": "kllo9940pd9333jh",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": "1191242096",
        "oauth_token": "nnch734d00sl2jdk",
        "oauth_version": "1.0",
    }
    assert base_string(request, fields) == (
        "GET&http%3A%2F%2Fphotos.example.net%2Fphotos&file%3Dvacation.jpg%26oauth_consumer_key"
        "%3Ddpf43f3p2l4k3l03%26oauth_nonce%3Dkllo9940pd9333jh%26oauth_signature_method%3DHMAC-SHA1"
        "%26oauth_timestamp%3D1191242096%26oauth_token%3Dnnch734d00sl2jdk%26oauth_version%3D1.0"
        "%26size%3Doriginal"
    )
    OAuth1Credential(values, 1191242096, lambda: "kllo9940pd9333jh").apply(request)
    assert 'oauth_signature="tR3%2BTy81lMeYAr%2FFid0kMTYa%2FWM%3D"' in request.headers["Authorization"]


def test_what_is_no_credential_for_requests_is_refused(http: HttpBench, server: HttpServer) -> None:
    given = GivenCredentials(("totpApi", "mine", {"secret": "JBSWY3DPEHPK3PXP"}))
    with pytest.raises(InvalidInput, match="not for requests"):
        http.items({"url": server.at("/echo"), "auth": auth("totpApi")}, credential=given)
