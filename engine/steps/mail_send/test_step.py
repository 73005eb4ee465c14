"""Tests of mail.send against a real server on loopback."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.base.errors import EgressDenied, InvalidInput, NetworkFailure, QflowError, StepFailure
from engine.ports.policy import PERSONAL, EgressPolicy, Policy
from engine.testing.step_bench import StepBench
from tests.servers.base import Listener
from tests.servers.certificates import Authority, server_context
from tests.servers.mail import SmtpServer

OPEN = Policy(PERSONAL, egress=EgressPolicy(allow=("127.0.0.0/8",)))
AUTHORITY = Authority()


@pytest.fixture
def smtp():
    with SmtpServer() as running:
        yield running


def bench(port, policy=OPEN, server=None, **parameters):
    where = {"host": "127.0.0.1", "port": port, "security": "none", **(server or {})}
    usual = {"server": where, "sender": "Ann <ann@example.com>", "to": "ben@example.com", "subject": "S"}
    return StepBench("mail.send", {**usual, **parameters}, policy=policy, timeout_ms=20_000)


def send(port, item=None, **parameters):
    (found,) = bench(port, **parameters).run([item or {"json": {}}]).outputs["main"]
    return found["json"]


def test_text_html_and_files_arrive(smtp):
    made = bench(smtp.port, text="plain ä", html="<b>hi</b>", attachments=["a", "b"], cc=["c@example.com"])
    binaries = made.context().binaries
    files = {
        "a": binaries.put(b"\x00\x01", file_name="ä.bin", mime_type="application/x-thing"),
        "b": binaries.put(b"text", file_name="b.txt"),
    }
    made.run([{"json": {}, "binary": files}])
    (mail,) = smtp.inbox.mails
    assert mail.get_body(("plain",)).get_content().strip() == "plain ä"
    assert mail.get_body(("html",)).get_content().strip() == "<b>hi</b>"
    assert [(one.get_filename(), one.get_content()) for one in mail.iter_attachments()] == [
        ("ä.bin", b"\x00\x01"),
        ("b.txt", "text"),
    ]
    assert [one["Content-ID"] for one in mail.iter_attachments()] == ["<a>", "<b>"]
    assert (mail["From"], mail["To"], mail["Cc"]) == (
        "Ann <ann@example.com>",
        "ben@example.com",
        "c@example.com",
    )


def test_the_hidden_get_it_and_nobody_sees_them(smtp):
    told = send(smtp.port, bcc="d@example.com, D <e@example.com>", replyTo="r@example.com", html="<p>x")
    (mail,) = smtp.inbox.mails
    assert smtp.inbox.envelopes == [
        ("ann@example.com", ["ben@example.com", "d@example.com", "e@example.com"])
    ]
    assert "example.com" not in str(mail["Bcc"])
    assert (mail["Reply-To"], mail.get_content_type()) == ("r@example.com", "text/html")
    assert told["accepted"] == ["ben@example.com", "d@example.com", "e@example.com"]
    assert told["messageId"] == mail["Message-ID"]
    assert told["response"] == "250 taken"


def test_a_second_try_is_the_same_mail(smtp):
    made = bench(smtp.port)
    for _ in range(2):
        made.runs = 0
        made.run([{"json": {}}])
    assert len({mail["Message-ID"] for mail in smtp.inbox.mails}) == 1
    assert len({mail["Date"] for mail in smtp.inbox.mails}) == 1


def test_refused_recipients_are_told_and_only_refused_ones_are_an_error(smtp):
    smtp.inbox.refused = {"no@example.com"}
    assert send(smtp.port, to=["no@example.com", "yes@example.com"])["rejected"] == ["no@example.com"]
    with pytest.raises(StepFailure, match="550 no such box"):
        send(smtp.port, to="no@example.com")
    smtp.inbox.answer = "451 later"
    with pytest.raises(StepFailure, match="451") as caught:
        send(smtp.port)
    assert caught.value.retryable


def test_a_password_goes_with_tls_alone(tmp_path):
    tls = server_context(AUTHORITY.server("127.0.0.1"), tmp_path)
    safe = {"user": "ann", "password": "secret", "caCertificate": AUTHORITY.certificate}
    with SmtpServer(start_tls=tls, login=True) as smtp:
        send(smtp.port, server={**safe, "security": "startTls"})
        with pytest.raises(StepFailure, match="user and password") as caught:
            send(smtp.port, server={**safe, "security": "offered", "password": "wrong-one"})
        assert "wrong-one" not in str(caught.value)
        with pytest.raises(StepFailure, match="certificate"):
            send(smtp.port, server={**safe, "security": "startTls", "caCertificate": ""})
        assert smtp.logins == [("ann", "secret"), ("ann", "wrong-one"), ("ann", "wrong-one")]
    with SmtpServer(tls=tls, login=True) as smtp:
        send(smtp.port, server={**safe, "security": "tls"})
        assert smtp.logins == [("ann", "secret")]


def test_a_password_is_not_sent_in_clear_where_tls_was_taken_away():
    with SmtpServer(login=True) as smtp:
        for security in ("offered", "startTls"):
            with pytest.raises(StepFailure, match=r"TLS|STARTTLS"):
                send(smtp.port, server={"user": "ann", "password": "secret", "security": security})
        assert smtp.logins == []


@pytest.mark.parametrize(
    "parameters",
    [
        {"subject": "a\r\nBcc: x@example.com"},
        {"to": "a@example.com\r\nRCPT TO:<x@example.com>"},
        {"to": "a@example.com\nx"},
        {"to": "nobody"},
        {"to": ""},
        {"to": "a b@example.com"},
        {"sender": "a@example.com, b@example.com"},
        {"sender": "Ann\r\nX: y <a@example.com>"},
        {"replyTo": "<>"},
    ],
)
def test_no_value_adds_a_header_or_a_recipient(smtp, parameters):
    with pytest.raises(InvalidInput):
        send(smtp.port, **parameters)
    assert smtp.inbox.mails == []


def test_a_text_cannot_end_the_mail(smtp):
    send(smtp.port, text="a\r\n.\r\nMAIL FROM:<x@example.com>\r\n..b")
    (mail,) = smtp.inbox.mails
    assert "MAIL FROM:<x@example.com>" in mail.get_content()


def test_the_egress_policy_stands_before_the_server(smtp):
    for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "169.254.169.254"):
        with pytest.raises(EgressDenied):
            send(smtp.port, policy=Policy(PERSONAL), server={"host": host})
    assert smtp.inbox.mails == []


def test_a_server_that_goes_away_is_a_failure_of_the_network():
    with Listener(lambda sock: sock.close()) as silent, pytest.raises(NetworkFailure):
        send(silent.port)
    with pytest.raises(NetworkFailure):
        send(silent.port)


def test_a_silent_server_takes_no_longer_than_the_step():
    with Listener(lambda sock: sock.recv(1)) as silent:
        made = bench(silent.port)
        made.options["timeout_ms"] = 200
        with pytest.raises(QflowError, match="time"):
            made.run([{"json": {}}])


@settings(max_examples=25, deadline=None)
@given(said=st.binary(max_size=200))
def test_whatever_a_server_says_is_an_error_of_ours(said):
    def serve(sock):
        sock.sendall(said + b"\r\n")

    with Listener(serve) as strange, pytest.raises(QflowError):
        send(strange.port)
