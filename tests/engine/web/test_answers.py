"""The HTTP answers of webhooks: by outcome, and never with headers that a flow may not set."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.base.errors import ErrorInfo
from engine.execution.session import Outcome
from engine.ports.step_catalogue import Answer
from engine.web.answers import WebhookOptions, accepted, answer_for, timed_out
from engine.web.messages import Reply

ITEMS: list[dict[str, Any]] = [{"json": {"a": 1}}, {"json": {"a": 2}}]


def last_step(data: str, items: list[dict[str, Any]]) -> Reply:
    options = WebhookOptions(mode="lastStep", data=data, status=201)
    return answer_for(Outcome("completed", None, items), "exe_1", options, "/webhook/x")


def respond(answer: Answer) -> Reply:
    return answer_for(Outcome("answered", answer), "exe_1", WebhookOptions("respondStep"), "/webhook/x")


@pytest.mark.parametrize(
    ("data", "items", "body"),
    [
        ("firstItem", ITEMS, {"a": 1}),
        ("allItems", ITEMS, [{"a": 1}, {"a": 2}]),
        ("firstItem", [], {}),
        ("allItems", [], []),
    ],
)
def test_the_last_step_answers_with_its_items(data, items, body):
    reply = last_step(data, items)
    assert (reply.status, json.loads(reply.body)) == (201, body)
    assert dict(reply.headers)[b"content-type"] == b"application/json"


@pytest.mark.parametrize(
    ("field", "type_", "sent"),
    [
        ("page.text", "text/html", b"<p>hi</p>"),
        ("page", "", b'{"text":"<p>hi</p>"}'),
        ("page", "text/x", b'{"text":"<p>hi</p>"}'),
        ("none.at.all", "", b"null"),
    ],
)
def test_a_field_of_the_last_step_is_answered_as_what_it_is(field, type_, sent):
    options = WebhookOptions(mode="lastStep", field=field, type=type_)
    items = [{"json": {"page": {"text": "<p>hi</p>"}}}]
    reply = answer_for(Outcome("completed", None, items), "exe_1", options, "/webhook/x")
    assert reply.body == sent
    assert dict(reply.headers)[b"content-type"] == (type_ or "application/json").encode()


def test_a_text_can_be_the_answer_at_once():
    assert accepted("exe_1", WebhookOptions(body="thanks")).body == b"thanks"


def test_no_data_is_no_body():
    assert last_step("none", ITEMS).body == b""


@pytest.mark.parametrize(
    "reply",
    [
        accepted("exe_1", WebhookOptions()),
        last_step("firstItem", ITEMS),
        respond(Answer(204)),
        respond(Answer(999)),
        timed_out("exe_1", 5, "/x"),
        answer_for(Outcome("failed"), "exe_1", WebhookOptions("lastStep"), "/x"),
        answer_for(Outcome("waiting"), "exe_1", WebhookOptions("lastStep"), "/x"),
    ],
)
def test_every_answer_names_the_execution(reply):
    assert dict(reply.headers)[b"x-qflow-execution"] == b"exe_1"


@pytest.mark.parametrize(
    ("body", "kind", "sent"),
    [
        ({"a": 1}, b"application/json", b'{"a":1}'),
        ("text", b"text/plain; charset=utf-8", b"text"),
        (b"\x00", b"application/octet-stream", b"\x00"),
    ],
)
def test_a_step_answers_with_any_body(body, kind, sent):
    reply = respond(Answer(200, {}, body))
    assert (dict(reply.headers)[b"content-type"], reply.body) == (kind, sent)


def test_a_step_chooses_status_and_headers():
    reply = respond(Answer(418, {"Content-Type": "text/html", "X-A": "b"}, "<p>"))
    assert reply.status == 418
    assert (b"x-a", b"b") in reply.headers
    assert [value for name, value in reply.headers if name == b"content-type"] == [b"text/html"]


def test_a_header_cannot_be_forged_through_a_value():
    reply = respond(
        Answer(200, {"X-A": "1\r\nSet-Cookie: sessionid=x\r\n\r\n<script>", "Bad\r\nName": "1"}, "")
    )
    assert all(b"\r" not in value and b"\n" not in value for _, value in reply.headers)
    assert {name for name, _ in reply.headers} == {b"x-a", b"content-type", b"x-qflow-execution"}


@pytest.mark.parametrize(
    "name",
    [
        "Content-Length",
        "Transfer-Encoding",
        "Connection",
        "Clear-Site-Data",
        "X-Qflow-Execution",
        "Content-Security-Policy",
        "Strict-Transport-Security",
        "Date",
        "X-Content-Type-Options",
    ],
)
def test_some_headers_are_not_a_flows_to_set(name):
    assert (name.lower().encode(), b"1") not in respond(Answer(200, {name: "1"}, "")).headers


def test_a_flow_may_set_cookies_but_not_those_of_the_designer():
    assert (b"set-cookie", b"cart=1") in respond(Answer(200, {"Set-Cookie": "cart=1"}, "")).headers
    for cookie in ("sessionid=1", " SessionID=1", "csrftoken=x", "__Host-a=1"):
        names = [name for name, _ in respond(Answer(200, {"Set-Cookie": cookie}, "")).headers]
        assert b"set-cookie" not in names


@pytest.mark.parametrize("status", [99, 100, 199, 600, 1000, -1])
def test_an_impossible_status_is_a_problem(status):
    assert respond(Answer(status)).status == 500


def test_a_failure_tells_its_kind_and_no_inner_text():
    error = ErrorInfo("timeout_error", "step_timed_out", "secret database at 10.0.0.1", step="fetch")
    reply = answer_for(Outcome("failed", error=error), "exe_1", WebhookOptions("lastStep"), "/webhook/x")
    document = json.loads(reply.body)
    assert reply.status == 500
    assert document["errorType"] == "timeout_error"
    assert (document["code"], document["stepId"], document["executionId"]) == (
        "step_timed_out",
        "fetch",
        "exe_1",
    )
    assert b"10.0.0.1" not in reply.body


def test_a_late_answer_is_a_504_that_says_the_execution_goes_on():
    reply = timed_out("exe_1", 120_000, "/webhook/x")
    assert reply.status == 504
    assert "goes on" in json.loads(reply.body)["detail"]
