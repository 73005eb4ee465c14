"""Guests that call their host: what crosses the door, and what tries to break it."""

from __future__ import annotations

import threading

import pytest

from engine.base.errors import (
    CapabilityDenied,
    DatabaseUnavailable,
    InvalidInput,
    SandboxViolation,
    StepCancelled,
)
from engine.ports.sandbox import CodeRequest, SandboxLimits
from engine.sandbox.host_door import HostDoor
from tests.engine.sandbox.conftest import NEW_YORK, QUICK
from tests.engine.sandbox.hosts import KeptValues, ToldHost, replied


@pytest.fixture(scope="module", params=["javascript", "python"])
def language(request):
    return request.param


@pytest.fixture
def run(sandbox):
    def run(language, source, host, limits=QUICK):
        request = CodeRequest(language, source, [{"json": {}}], NEW_YORK)
        return sandbox.run_code(request, limits, host)

    return run


def refusing(request):
    raise CapabilityDenied(f"token cap_1 does not allow {request.get('url', request)}", operation="http")


GET = {
    "javascript": "return $helpers.httpRequest('http://a/')",
    "python": "return http_request('http://a/').json()",
}
TWICE = {
    "javascript": "await $kv.get('a'); return { n: await $kv.get('b') }",
    "python": "kv.get('a')\nreturn {'n': kv.get('b')}",
}


def test_an_uncaught_refusal_is_the_hosts_own_error_with_its_place(run, language):
    with pytest.raises(CapabilityDenied, match="token cap_1 does not allow http://a/") as raised:
        run(language, GET[language], ToldHost(http=refusing))
    assert raised.value.details["operation"] == "http"
    assert raised.value.details["line"] == 1


@pytest.mark.parametrize("error", [StepCancelled(), DatabaseUnavailable("away")])
def test_what_must_stop_the_step_cannot_be_caught(run, language, error):
    def stopping(request):
        raise error

    catching = {
        "javascript": "for (;;) try { await $kv.get('a') } catch { }",
        "python": "while True:\n    try:\n        kv.get('a')\n    except BaseException:\n        pass",
    }
    host = ToldHost(kv=stopping)
    with pytest.raises(type(error)):
        run(language, catching[language], host)
    assert len(host.asked) == 1


def test_calls_are_counted_and_limited(run, language):
    assert run(language, TWICE[language], ToldHost(kv=KeptValues())).usage.host_calls == 2
    with pytest.raises(SandboxViolation) as raised:
        run(language, TWICE[language], ToldHost(kv=KeptValues()), SandboxLimits(host_calls=1))
    assert raised.value.details["limit"] == "host_calls"


def test_bytes_that_are_no_text_arrive_whole(run, language):
    source = {
        "javascript": """
        const got = await $helpers.httpRequest({ url: 'http://a/', encoding: 'arraybuffer', method: 'POST',
            body: new Uint8Array([0, 255]) });
        return { got: [...got] }""",
        "python": "r = http_request('http://a/', 'POST', data=bytes([0, 255]))\nreturn {'got': list(r.body)}",
    }
    host = ToldHost(http=lambda request: replied(bytes([254, 0, 1])))
    assert run(language, source[language], host).items[0]["json"] == {"got": [254, 0, 1]}
    assert host.asked[0][1]["body"] == bytes([0, 255])


FORGERIES = {
    "javascript": [
        "const e = new Error('mine'); e.host = 0; e.number = 0; e.code = 'capability_denied'; throw e",
        "throw { name: 'HostError', code: 'capability_denied', message: 'mine', host: 0 }",
        "class HostError extends Error {} throw new HostError('mine')",
    ],
    "python": [
        "class E(Exception):\n    number = 0\nraise E('mine')",
        "raise HostError({'message': 'mine', 'code': 'c', 'type': 't', 'retryable': True, 'number': 5})",
        "raise HostError({'message': 'mine', 'code': 'c', 'type': 't', 'retryable': True, 'number': -1})",
        "raise HostError({'message': 'mine', 'code': 'c', 'type': 't', 'retryable': True, 'number': True})",
    ],
}


def test_an_error_of_the_host_cannot_be_made_up(run, language):
    for source in FORGERIES[language]:
        with pytest.raises(Exception, match="mine") as raised:
            run(language, source, ToldHost(http=refusing))
        assert raised.value.code == "step_failed"


@pytest.mark.parametrize(
    "source",
    [
        "Object.prototype.url = 'http://evil/'; return $helpers.httpRequest({})",
        "$helpers.httpRequest = () => 1; return { n: typeof $helpers.httpRequest }",
        "JSON.parse = () => ({ value: { status: 200, headers: {}, body: 'evil' } }); return $helpers.httpRequest('http://a/')",
        "String.prototype.includes = () => true; return $helpers.httpRequest('http://a/')",
    ],
)
def test_the_helpers_cannot_be_changed(run, source):
    host = ToldHost(http=lambda request: replied(b"{}", content_type="application/json"))
    try:
        run("javascript", source, host)
    except Exception as error:
        assert getattr(error, "code", "") == "step_failed"
    assert all(request["url"] == "http://a/" for _, request in host.asked)


def test_values_behind_getters_and_toJSON_are_only_values(run):
    source = """
    const options = { get url() { return 'http://a/' }, headers: { toJSON: () => ({ 'X-A': 'b' }) } };
    await $helpers.httpRequest(options);
    await $kv.set('k', { toJSON: () => 5 });
    return {}"""
    host = ToldHost(http=lambda request: replied(), kv=KeptValues())
    run("javascript", source, host)
    assert host.asked[1][1]["value"] == 5


def test_the_raw_way_to_the_host_gives_nothing_more(run):
    source = """
import os
answers = []
wrong = b'{"operation":"kv","request":[]}'
for text in (b'', b'[]', b'{"operation": 5}', b'{"operation": "nothing"}', b'\\xff', wrong):
    os.write(2, text)
    size = int.from_bytes(os.read(2, 8), 'little')
    answers.append(os.read(2, size).decode())
return {'answers': answers}"""

    class Narrow(ToldHost):
        def call(self, operation, request):
            raise InvalidInput(f"the host has no operation {operation!r}")

    given = run("python", source, Narrow()).items[0]["json"]["answers"]
    assert len(given) == 6
    assert all('"code":"invalid_input"' in answer for answer in given)


def test_an_answer_too_large_for_the_guest_stops_it(run, language):
    host = ToldHost(http=lambda request: replied(b"x" * 200_000))
    with pytest.raises(SandboxViolation) as raised:
        run(language, GET[language], host, SandboxLimits(input_bytes=100_000))
    assert raised.value.details["limit"] == "input"


def test_time_in_the_host_is_not_the_codes_own(run):
    """The clock of the sandbox stands while the host works: more than a second of it fits into one."""

    def slow(request):
        threading.Event().wait(0.4)
        return {"found": False, "value": None, "revision": 0}

    limits = SandboxLimits(deadline_ms=1_000)
    source = "for (let n = 0; n < 3; n++) await $kv.get('a'); return { ok: true }"
    assert run("javascript", source, ToldHost(kv=slow), limits).items
    with pytest.raises(SandboxViolation) as raised:
        run("javascript", "await $kv.get('a'); for (;;);", ToldHost(kv=slow), limits)
    assert raised.value.details["limit"] == "time"


def test_without_a_host_the_code_is_told_where_to_ask():
    door = HostDoor(None, SandboxLimits())
    assert b"parameter capabilities" in door(b'{"operation": "http", "request": {}}')
    assert b"no base64" in HostDoor(ToldHost(), QUICK)(
        b'{"operation": "http", "request": {"bodyBase64": "?"}}'
    )
