"""Rare nodes: those that work without an equal, and those that say what to use instead."""

from __future__ import annotations

import json

import pytest

from engine.ports.policy import PERSONAL, EgressPolicy, Policy
from n8n_import.nodes import hacker_news, slack
from tests.n8n_import.support import first_output, node, run, run_to_end, translated, workflow
from tests.servers.http_server import HttpServer, as_json

START = node("Start", "manualTrigger")
OPEN = Policy(PERSONAL, egress=EgressPolicy(allow=("127.0.0.0/8",)))


@pytest.mark.parametrize(
    ("kind", "version", "hint"),
    [
        ("git", 1.1, "command.execute"),
        ("sseTrigger", 1, "webhook"),
        ("n8nTrigger", 1, "schedule"),
        ("workflowTrigger", 1, "schedule"),
        ("activationTrigger", 1, "schedule"),
        ("localFileTrigger", 1, "data.unseen"),
        ("evaluationTrigger", 4.6, "tests of the flow"),
        ("n8n", 1, "http.request"),
    ],
)
def test_a_node_without_an_equal_says_what_to_use_instead(kind, version, hint):
    found = translated(kind, version, {"operation": "x"})
    assert found.flow.steps[0].type == "flow.unsupported"
    assert any(hint in issue["message"] for issue in found.issues)


@pytest.mark.parametrize("operation", ["setInputs", "setOutputs", "setMetrics"])
def test_what_notes_an_evaluation_lets_its_items_through(operation):
    flow = workflow([START, node("Note", "evaluation", 4.7, {"operation": operation}), node("After", "noOp")])
    assert first_output(run(flow), "After") == [{}]


def test_nothing_is_ever_an_evaluation():
    nodes = [START, node("Check", "evaluation", 4.7, {"operation": "checkIfEvaluating"})]
    nodes += [node("Evaluated", "noOp"), node("Normal", "noOp")]
    steps = run(workflow(nodes, "Start -> Check", "Check:0 -> Evaluated", "Check:1 -> Normal"))
    assert "Evaluated" not in steps
    assert first_output(steps, "Normal") == [{}]


def test_hacker_news_is_asked_for_lists_and_single_things():
    fields = {"keyword": "x", "tags": ["story", "ask_hn"]}
    found = translated("hackerNews", 1, {"resource": "all", "limit": 5, "additionalFields": fields})
    asked, split = found.flow.steps
    assert asked.parameters["url"] == "https://hn.algolia.com/api/v1/search"
    assert asked.parameters["query"] == {"hitsPerPage": 5, "query": "x", "tags": "story,ask_hn"}
    assert (split.type, split.parameters["fields"]) == ("data.split", ["hits"])
    user = translated("hackerNews", 1, {"resource": "user", "username": "={{ $json.n }}"}).flow.steps[0]
    assert user.parameters["url"] == (
        "{{ 'https://hn.algolia.com/api/v1/users/' + encodeURIComponent(($json.n)) }}"
    )
    kinds = [step.type for step in translated("hackerNews", 1, {"articleId": "8863"}).flow.steps]
    assert kinds == ["http.request", "data.set"]


@pytest.mark.parametrize(
    ("version", "parameters", "message"),
    [
        (1, {"channel": "ops", "text": "hi"}, {"channel": "ops", "text": "hi"}),
        (
            2.2,
            {"select": "channel", "channelId": {"__rl": True, "mode": "id", "value": "C1"}, "text": "hi"},
            {"channel": "C1", "text": "hi"},
        ),
        (
            2.3,
            {"select": "user", "user": {"__rl": True, "value": "U1"}, "otherOptions": {"mrkdwn": True}},
            {"channel": "U1", "text": "", "mrkdwn": True},
        ),
    ],
)
def test_messages_to_slack_are_posted(version, parameters, message):
    asked, check = translated("slack", version, parameters).flow.steps
    assert asked.parameters["url"] == "https://slack.com/api/chat.postMessage"
    assert asked.parameters["body"] == {"kind": "json", "value": message}
    assert asked.parameters["auth"]["credential"]["type"] == "httpCustomAuth"
    assert "$json.ok" in check.parameters["code"]


def test_blocks_of_a_message_may_be_text_or_worked_out():
    parameters = {
        "select": "channel",
        "channelId": "C1",
        "messageType": "block",
        "blocksUi": '{"blocks": []}',
    }
    asked, _ = translated("slack", 2.2, parameters).flow.steps
    assert ".blocks" in asked.parameters["body"]["value"]["blocks"]


@pytest.mark.parametrize(
    ("version", "parameters"),
    [
        (2.2, {"resource": "file"}),
        (2.2, {"operation": "delete"}),
        (2.2, {"messageType": "attachment"}),
        (1, {"attachments": [{}]}),
    ],
)
def test_what_else_slack_does_is_refused(version, parameters):
    assert translated("slack", version, parameters).runnable == 0


def asked(one):
    """Status, steps and error of a workflow with this node."""
    return run_to_end(workflow([START, one]), policy=OPEN)


def test_hits_of_hacker_news_become_items(monkeypatch):
    with HttpServer() as server:
        monkeypatch.setattr(hacker_news, "BASE", server.at("/api/v1/"))
        server.extra["/api/v1/search"] = lambda request: as_json({"hits": [{"n": 1}, {"n": 2}], "page": 0})
        server.extra["/api/v1/items/8"] = lambda request: as_json({"id": 8, "children": [{"id": 9}]})
        status, steps, error = asked(node("Hits", "hackerNews", 1, {"resource": "all", "limit": 2}))
        assert (status, first_output(steps, "Hits")) == ("completed", [{"n": 1}, {"n": 2}]), error
        assert server.seen[0].query("hitsPerPage") == "2"
        _, steps, error = asked(node("One", "hackerNews", 1, {"articleId": "8"}))
        assert first_output(steps, "One") == [{"id": 8}], error


def test_slack_gets_the_message_and_what_it_refuses_fails(monkeypatch):
    one = node(
        "Tell", "slack", 2.2, {"channelId": "C1", "text": "hi"}, credentials={"slackApi": {"name": "S"}}
    )
    with HttpServer() as server:
        monkeypatch.setattr(slack, "URL", server.at("/post"))
        server.extra["/post"] = lambda request: as_json({"ok": True, "ts": "1"})
        status, steps, error = asked(one)
        assert (status, first_output(steps, "Tell")) == ("completed", [{"ok": True, "ts": "1"}]), error
        assert json.loads(server.seen[0].body) == {"channel": "C1", "text": "hi"}
        server.extra["/post"] = lambda request: as_json({"ok": False, "error": "not_in_channel"})
        status, _, error = asked(one)
        assert (status, error["message"]) == ("failed", "Slack answered: not_in_channel [line 1, for item 0]")
