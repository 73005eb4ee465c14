"""n8n's nodes that log in to servers, translated."""

from __future__ import annotations

import pytest

from n8n_import.nodes.mail import criteria
from tests.n8n_import.support import first_output, node, run, translated, workflow

GO_ON = "continueRegularOutput"


def steps(kind, version=1, **parameters):
    return translated(kind, version, parameters).flow.steps


def test_mail_of_all_versions_is_sent():
    (old,) = steps(
        "emailSend", 1, fromEmail="a@b.c", toEmail="d@e.f", subject="S", text="T", attachments="x, y"
    )
    assert old.type == "mail.send"
    assert (old.parameters["sender"], old.parameters["text"]) == ("a@b.c", "T")
    assert '? "x, y" :' in old.parameters["attachments"]
    given = {"options": {"attachments": "={{ $json.files }}", "appendAttribution": False}}
    assert "($json.files)" in steps("emailSend", 2, **given)[0].parameters["attachments"]
    more = {"ccEmail": "c@c.c", "attachments": "x", "allowUnauthorizedCerts": True, "replyTo": "r@r.r"}
    both = {"text": "={{ $json.t }}", "html": "<b>"}
    (new,) = steps(
        "emailSend", 2.1, fromEmail="a@b.c", toEmail="d@e.f", emailFormat="both", **both, options=more
    )
    assert (new.parameters["text"], new.parameters["html"], new.parameters["cc"]) == (
        "{{ $json.t }}",
        "<b>",
        "c@c.c",
    )
    assert new.parameters["server"]["verify"] is False
    (html,) = steps("emailSend", 2.1, fromEmail="a@b.c", toEmail="d@e.f", **both)
    assert "text" not in html.parameters
    assert steps("emailSend", 2.1, operation="sendAndWait")[0].type == "flow.unsupported"


def test_a_mailbox_is_looked_into_on_a_schedule():
    first, second = steps("emailReadImap", 2, mailbox="INBOX", format="resolved", options={})
    assert (first.type, second.type) == ("trigger.schedule", "mail.read")
    assert second.parameters["format"] == "parsed"
    assert second.parameters["files"] is True
    assert second.parameters["search"] == "UNSEEN"


@pytest.mark.parametrize(
    ("written", "search"),
    [
        ('["UNSEEN"]', "UNSEEN"),
        ("[]", "ALL"),
        ('["UNSEEN", ["SINCE", "May 1, 2026"]]', "UNSEEN SINCE 1-May-2026"),
        ('[["!FROM", "a\\"b"]]', 'NOT FROM "a\\"b"'),
        ('[["OR", "SEEN", ["UID", "1:*"]]]', "OR SEEN UID 1:*"),
        ('[["HEADER", "X-A", "b"]]', 'HEADER "X-A" "b"'),
    ],
)
def test_criteria_become_words_of_imap(written, search):
    assert criteria(written) == search


@pytest.mark.parametrize("written", ["{}", "[1]", "=x", "[[]]", "no"])
def test_criteria_that_are_none_make_the_node_unsupported(written):
    (step,) = steps("emailReadImap", 2, options={"customEmailConfig": written})
    assert step.type == "flow.unsupported"


def test_a_command_goes_to_a_shell_that_the_policy_must_name():
    (step,) = steps("executeCommand", command="=echo {{ $json.a }}")
    assert step.type == "command.execute"
    assert step.parameters == {"path": "/bin/sh", "arguments": ["-c", "echo {{ $json.a }}"], "once": True}


@pytest.mark.parametrize(
    ("parameters", "becomes", "has"),
    [
        ({"command": "ls", "cwd": "/srv"}, "ssh.command", {"command": "ls", "folder": "/srv"}),
        ({"command": "ls"}, "ssh.command", {"folder": "/"}),
        (
            {"resource": "file", "operation": "download", "path": "/a"},
            "server.files",
            {"operation": "download", "path": "/a"},
        ),
        ({"resource": "file", "operation": "no"}, "flow.unsupported", {}),
    ],
)
def test_commands_and_files_of_other_machines(parameters, becomes, has):
    (step,) = steps("ssh", **parameters)
    assert step.type == becomes
    assert {name: step.parameters[name] for name in has} == has


@pytest.mark.parametrize(
    ("parameters", "has"),
    [
        ({}, {"protocol": "ftp", "operation": "download", "property": "data"}),
        ({"protocol": "sftp", "operation": "list", "path": "/", "recursive": True}, {"recursive": True}),
        ({"operation": "rename", "oldPath": "/a", "newPath": "/b"}, {"path": "/a", "to": "/b"}),
        (
            {"operation": "delete", "path": "/a", "options": {"folder": True}},
            {"folder": True, "recursive": False},
        ),
        ({"operation": "upload", "path": "/a", "binaryData": False, "fileContent": "x"}, {"text": "x"}),
    ],
)
def test_files_of_servers(parameters, has):
    (step,) = steps("ftp", 1, **{"path": "/x", **parameters})
    assert step.type == "server.files"
    assert {name: step.parameters[name] for name in has} == has


def test_an_upload_by_ssh_keeps_the_files_name():
    steps_ = run(
        workflow(
            [
                node("Start", "manualTrigger"),
                node("Set", "set", 3.4, {"mode": "raw", "jsonOutput": '{"a": "x"}'}),
                node("Make", "convertToFile", 1.1, {"operation": "csv", "options": {"fileName": "f.csv"}}),
                node(
                    "Send",
                    "ssh",
                    1,
                    {"resource": "file", "operation": "upload", "path": "/in"},
                    onError=GO_ON,
                ),
            ]
        )
    )
    assert "credential 'Send' (sshPassword)" in first_output(steps_, "Send")[0]["error"]
    (send,) = steps("ssh", resource="file", path="/in")
    assert "/in" in send.parameters["path"]
    assert "fileName" in send.parameters["path"]


@pytest.mark.parametrize(
    ("kind", "type_", "version"),
    [("emailSend", "smtp", 2.1), ("emailReadImap", "imap", 2), ("ftp", "ftp", 1)],
)
def test_the_server_is_that_of_the_nodes_credential(kind, type_, version):
    mine = {"credentials": {type_: {"id": "1", "name": "Mine"}}}
    found = translated(kind, version, {"path": "/x"}, **mine).flow.steps[-1]
    assert found.parameters["server"] == {"credential": {"type": type_, "name": "Mine"}}
    other = translated(kind, version, {"path": "/x"})
    assert other.flow.steps[-1].parameters["server"]["credential"]["name"] == "Node"
    assert any("no credential of type" in issue["message"] for issue in other.issues)


def test_mails_that_are_not_marked_come_once_all_the_same():
    kinds = [step.type for step in steps("emailReadImap", 2, postProcessAction="nothing")]
    assert kinds == ["trigger.schedule", "mail.read", "data.unseen"]


def test_a_feed_is_looked_into_on_a_schedule():
    times = {"item": [{"mode": "everyX", "value": 10, "unit": "minutes"}]}
    found = steps("rssFeedReadTrigger", 1, feedUrl="https://a.example/feed", pollTimes=times)
    assert [step.type for step in found] == ["trigger.schedule", "http.request", "data.feed", "data.unseen"]
    assert found[0].parameters == {"cron": ["*/10 * * * *"]}
    assert found[1].parameters["url"] == "https://a.example/feed"
