"""Requests that mean harm get an answer below 500 that gives nothing away."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.web.asgi import http_application
from tests.engine.web.conftest import GREETING, headers, nothing, published, webhook_flow
from tests.engine.web.test_executions import started


async def raw(
    app: Any,
    method: str,
    path: str,
    given: list[tuple[bytes, bytes]] = (),
    body: bytes = b"",
    query: bytes = b"",
) -> tuple[int, dict[bytes, bytes], bytes]:
    """One request exactly as given, without a client that mends it."""
    from urllib.parse import unquote

    scope = {
        "type": "http",
        "method": method,
        "path": unquote(path.split("?", maxsplit=1)[0]),
        "raw_path": path.encode("latin-1"),
        "query_string": query,
        "headers": list(given),
        "scheme": "http",
        "client": ("203.0.113.5", 1),
        "server": ("node", 80),
    }
    sent: list[dict[str, Any]] = []
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


@pytest.mark.parametrize(
    "path",
    [
        "/webhook/../../etc/passwd",
        "/webhook/%2e%2e/%2e%2e/etc/passwd",
        "/webhook/..%2f..%2fetc%2fpasswd",
        "/webhook/%00",
        "/webhook/%ff",
        "/webhook/%",
        "/webhook//",
        "/webhook",
        "/webhook%2Fhook",
        "//webhook/x",
        "/webhook-test/../webhook/x",
        "/webhook-waiting/a/b/c",
        "/webhook-waiting/a/1/c",
        "/webhook-waiting/a/%F0%9F%98%80/c",
        "/webhook-waiting/a/1/%C3%A9",
        "/webhook-waiting/a/99999999999999999999/c",
        "/webhook/" + "a/" * 5000,
        "/api/v1/flows/%00",
        "/api/v1/flows/%ff",
        "/api/v1/flows/../../../etc/passwd",
        "/api/v1/flows/%2e%2e%2f",
        "/api/v1/executions/' OR 1=1 --",
        "/api/v1/executions/" + "x" * 10_000,
        "/api/../secret",
        "/api",
        "/health/none",
        "/metrics/x",
    ],
)
async def test_no_path_leads_anywhere_else(app, alice, path):
    bearer = (b"authorization", alice.headers["authorization"].encode())
    for method in ("GET", "POST", "PUT", "DELETE"):
        status, given, body = await raw(app, method, path, [bearer])
        assert 400 <= status < 500, (method, body)
        assert b"root:" not in body
        assert given[b"x-content-type-options"] == b"nosniff"


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "get", "X" * 100, "\xe9"])
async def test_odd_methods_are_refused(app, method):
    for path in ("/webhook/x", "/api/v1/flows", "/health/live", "/api/v1/openapi.json"):
        status, _, _ = await raw(app, method, path)
        assert status < 500


async def test_a_405_says_what_is_allowed(anyone):
    answer = await anyone.patch("/api/v1/flows")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "method_not_allowed"


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b"[" * 1500 + b"]" * 1500,
        b'{"a":' * 300 + b"1" + b"}" * 300,
        b'{"input": {"a": ' + b"[" * 250 + b"]" * 250 + b"}}",
        b'{"input": {"a": "\\ud800"}}',
        b'{"input": {"a": 1e999}}',
        b'{"input": NaN}',
        b'{"input": {}} trailing',
        b"null",
        b"1",
        b'"x"',
        b'{"input": {"' + b"k" * 100_000 + b'": 1}, "x": 1}',
    ],
)
async def test_no_body_makes_an_error_of_ours(alice, body):
    await alice.post("/api/v1/flows", json=GREETING)
    execution = await started(alice, GREETING)
    for path in (
        "flows/greeting/start",
        "flows/greeting/trigger",
        "flows/greeting/rollback",
        "events",
        "tokens",
        f"executions/{execution}/fork",
        f"executions/{execution}/answer",
    ):
        answer = await alice.post(f"/api/v1/{path}", content=body)
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
    answer = await alice.put("/api/v1/policy", content=body)
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("number", [2**63, 2**64, 10**30, -(2**70), 1.5e308, 0.1 + 0.2])
async def test_any_number_survives_or_is_refused(alice, number):
    await alice.post("/api/v1/flows", json=GREETING)
    body = json.dumps({"input": {"n": number}, "wait": True})
    answer = await alice.post("/api/v1/flows/greeting/start", content=body)
    assert answer.status_code == 200
    assert float(answer.json()["items"][0]["json"]["n"]) == float(number)


async def test_text_that_only_json_can_write_comes_back(alice):
    await alice.post("/api/v1/flows", json=GREETING)
    text = "\u2028\x00\x1f</script>\U0001f600"
    answer = await alice.post("/api/v1/flows/greeting/start", json={"input": {"t": text}, "wait": True})
    assert answer.json()["items"][0]["json"]["t"] == text


async def test_a_query_that_is_no_text_is_refused(app, alice):
    bearer = (b"authorization", alice.headers["authorization"].encode())
    for query in (b"\xff", b"text=%00", b"limit=" + b"9" * 5000, b"&" * 5000, b"a=1&" * 5000):
        status, _, _ = await raw(app, "GET", "/api/v1/flows", [bearer], query=query)
        assert status < 500


@pytest.mark.parametrize(
    "given",
    [
        [],
        [(b"authorization", b"Bearer")],
        [(b"authorization", b"Bearer ")],
        [(b"authorization", b"Basic eDp5")],
        [(b"authorization", b"Bearer \xff\xfe")],
        [(b"authorization", b"Bearer " + b"x" * 100_000)],
        [(b"authorization", b"Bearer a\x00b")],
        [(b"authorization", b"Bearer x"), (b"authorization", b"Bearer y")],
    ],
)
async def test_a_wrong_token_is_a_401_with_a_challenge(app, given):
    status, answered, body = await raw(app, "GET", "/api/v1/flows", given)
    assert status == 401
    assert answered[b"www-authenticate"].startswith(b"Bearer")
    assert json.loads(body)["errorType"] == "permission_denied"


async def test_two_authorization_headers_are_not_one_token(app, alice):
    secret = alice.headers["authorization"].encode()
    status, _, _ = await raw(
        app, "GET", "/api/v1/flows", [(b"authorization", secret), (b"authorization", b"Bearer other")]
    )
    assert status == 401


async def test_a_revoked_and_an_expired_token_are_nobodys(alice, app, world):
    made = (await alice.post("/api/v1/tokens", json={"name": "short"})).json()
    given = [(b"authorization", f"Bearer {made['token']}".encode())]
    assert (await raw(app, "GET", "/api/v1/flows", given))[0] == 200
    assert (await alice.delete(f"/api/v1/tokens/{made['id']}")).status_code == 204
    assert (await raw(app, "GET", "/api/v1/flows", given))[0] == 401


async def test_an_inner_error_is_named_but_not_told(alice, world, monkeypatch, caplog):
    def broken(*args: Any, **options: Any) -> Any:
        raise RuntimeError("password is hunter2")

    monkeypatch.setattr(type(world.flows), "list", broken)
    answer = await alice.get("/api/v1/flows")
    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    correlation = answer.json()["correlationId"]
    record = next(record for record in caplog.records if getattr(record, "correlation", "") == correlation)
    assert record.exc_info
    assert "hunter2" in str(record.exc_info[1])


async def test_a_header_that_a_flow_builds_from_input_cannot_forge_others(alice, anyone):
    flow = webhook_flow(responseMode="respondStep")
    params = {"respondWith": "text", "body": "x", "headers": {"X-Name": "$call.query.name"}}
    flow["steps"][1] = {"id": "answer", "type": "webhook.respond", "params": params}
    await published(alice, flow)
    answer = await anyone.post("/webhook/hook?name=a%0d%0aSet-Cookie:%20sessionid=1")
    assert "set-cookie" not in answer.headers
    assert "\r" not in str(answer.headers.raw)


async def test_the_same_header_twice_is_one_value(app, alice):
    await published(alice, webhook_flow(responseMode="lastStep"))
    given = [(b"x-a", b"1"), (b"x-a", b"2"), (b"content-length", b"2"), (b"content-length", b"2")]
    status, _, body = await raw(app, "POST", "/webhook/hook", given, b"{}")
    assert status == 200
    assert json.loads(body)["headers"]["x-a"] == "1, 2"


@pytest.mark.parametrize("length", [b"-1", b"x", b"99999999999999999999999", b"1e3", "²".encode()])
async def test_a_length_that_is_none_is_harmless(app, alice, length):
    await published(alice, webhook_flow())
    status, _, _ = await raw(app, "POST", "/webhook/hook", [(b"content-length", length)], b"{}")
    assert status in (200, 413)


async def test_everything_has_safety_headers(alice, anyone):
    for answer in (
        await anyone.get("/api/v1/flows"),
        await alice.get("/api/v1/flows"),
        await anyone.get("/health/live"),
        await anyone.get("/metrics"),
        await anyone.get("/api/v1/openapi.json"),
        await anyone.get("/webhook/none"),
        await anyone.get("/somewhere"),
    ):
        assert answer.headers["x-content-type-options"] == "nosniff"
        site = answer.request.url.path == "/somewhere"
        assert answer.headers["referrer-policy"] == ("same-origin" if site else "no-referrer")
        assert answer.headers["content-security-policy"]


async def test_requests_of_one_token_are_limited(world, app):
    from dataclasses import replace

    from engine.web.deps import use_world
    from tests.engine.web.conftest import client_of, token

    secret = token(world, "personal", "*")
    with use_world(replace(world, limits=replace(world.limits, requests_per_minute_max=18))):
        async with client_of(http_application(nothing), headers(secret)) as client:
            answers = [await client.get("/api/v1/flows") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].json()["errorType"] == "resource_exhausted"
    assert int(answers[-1].headers["retry-after"]) >= 1
