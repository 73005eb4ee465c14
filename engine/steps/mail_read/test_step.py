"""Tests of mail.read against a real server on loopback."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.base.errors import EgressDenied, InvalidInput, PayloadTooLarge, QflowError, StepFailure
from engine.ports.policy import PERSONAL, EgressPolicy, Policy
from engine.ports.step_catalogue import Effect
from engine.steps.mail_read import mailbox
from engine.steps.mail_read.step import MailReadStep
from engine.testing.step_bench import StepBench, json_of
from tests.servers.certificates import Authority, server_context
from tests.servers.mail import ImapServer

OPEN = Policy(PERSONAL, egress=EgressPolicy(allow=("127.0.0.0/8",)))


def letter(subject="Hällo", html=False, files=()):
    mail = EmailMessage()
    mail["From"] = "Änn <ann@example.com>"
    mail["To"] = "ben@example.com, C <c@example.com>"
    mail["Subject"] = subject
    mail["Date"] = "Mon, 05 Jan 2026 10:00:00 +0100"
    mail["Message-ID"] = "<1@example.com>"
    mail.set_content("plain ö")
    if html:
        mail.add_alternative("<b>hi</b>", subtype="html")
    for name, content in files:
        mail.add_attachment(content, maintype="application", subtype="x-thing", filename=name)
    return mail.as_bytes()


def bench(imap, policy=OPEN, server=None, **parameters):
    usual = {"host": "127.0.0.1", "port": imap.port, "security": "none", "user": "ann", "password": "secret"}
    return StepBench(
        "mail.read", {"server": {**usual, **(server or {})}, **parameters}, policy=policy, timeout_ms=20_000
    )


def read(imap, **parameters):
    return bench(imap, **parameters).run([{"json": {}}]).outputs["main"]


def test_new_mails_are_read_once():
    with ImapServer(letter(), letter("two", html=True)) as imap:
        one, two = json_of(read(imap))
        assert read(imap) == []
    assert one["from"] == {
        "value": [{"name": "Änn", "address": "ann@example.com"}],
        "text": "Änn <ann@example.com>",
    }
    assert [person["address"] for person in one["to"]["value"]] == ["ben@example.com", "c@example.com"]
    assert (one["subject"], one["text"].strip(), one["date"], one["uid"]) == (
        "Hällo",
        "plain ö",
        "2026-01-05T09:00:00.000Z",
        1,
    )
    assert (two["html"].strip(), one["messageId"]) == ("<b>hi</b>", "<1@example.com>")


def test_what_is_not_marked_comes_again():
    with ImapServer(letter(), letter()) as imap:
        assert len(read(imap, markSeen=False)) == len(read(imap, markSeen=False)) == 2
        assert not any("STORE" in line for line in imap.asked)
        assert len(read(imap, max=1)) == 1
    assert MailReadStep().effect({"markSeen": False}) == Effect.READ
    assert MailReadStep().effect({}) == Effect.WRITE


def test_files_come_along():
    with ImapServer(letter(files=[("a/../b.bin", b"\x00\x01"), ("ü.bin", b"2")])) as imap:
        made = bench(imap, files=True, prefix="f")
        (item,) = made.run([{"json": {}}]).outputs["main"]
    names = {name: entry["fileName"] for name, entry in item["binary"].items()}
    assert names == {"f0": "a_.._b.bin", "f1": "ü.bin"}
    assert made.context().binaries.open(item["binary"]["f0"]).read() == b"\x00\x01"


def test_other_forms_of_a_mail():
    sent = letter(html=True)
    with ImapServer(sent) as imap:
        (simple,) = json_of(read(imap, format="simple", markSeen=False))
        made = bench(imap, format="raw")
        (raw,) = made.run([{"json": {}}]).outputs["main"]
    assert (simple["subject"], simple["textPlain"].strip(), simple["textHtml"].strip()) == (
        "Hällo",
        "plain ö",
        "<b>hi</b>",
    )
    assert simple["metadata"]["message-id"] == "<1@example.com>"
    assert made.context().binaries.open(raw["binary"]["attachment_0"]).read() == sent


def test_the_connection_is_encrypted_where_asked_for(tmp_path):
    authority = Authority()
    tls = server_context(authority.server("127.0.0.1"), tmp_path)
    with ImapServer(letter(), tls=tls) as imap:
        safe = {"security": "tls", "caCertificate": authority.certificate}
        assert len(read(imap, server=safe)) == 1
        with pytest.raises(StepFailure, match="certificate"):
            read(imap, server={"security": "tls"})
    with ImapServer() as imap, pytest.raises(StepFailure):
        read(imap, server={"security": "startTls"})
    assert not any("LOGIN" in line for line in imap.asked)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"server": {"password": "wrong"}}, "wrong user"),
        ({"folder": "None"}, "no folder"),
        ({"search": "NONSENSE \x01"}, "search"),
        ({"search": "UNSEEN\r\nA1 DELETE INBOX"}, "search"),
        ({"search": "SUBJECT {5}"}, "search"),
        ({"folder": "INBOX\r\nA1 DELETE INBOX"}, "folder"),
        ({"server": {"user": 'ann"\r\nA1 LOGOUT'}}, "user"),
        ({"server": {"password": "se\r\ncret"}}, "password"),
    ],
)
def test_what_cannot_be_is_refused_and_no_value_adds_a_command(parameters, message):
    with ImapServer(letter()) as imap, pytest.raises((InvalidInput, StepFailure), match=message):
        read(imap, **parameters)
    assert not any("DELETE" in line or line.startswith("A1") for line in imap.asked)


def test_names_of_folders_are_written_as_imap_wants_them():
    with ImapServer() as imap:
        imap.folders['Entw&APw-rfe &- \\"x'] = []
        assert read(imap, folder='Entwürfe & "x') == [] or True
    assert any('"Entw&APw-rfe &- \\"x"' in line for line in imap.asked)


def test_a_server_cannot_send_without_end(monkeypatch):
    monkeypatch.setattr(mailbox, "MAIL_SESSION_BYTES_MAX", 10_000)
    with ImapServer(letter()) as imap:
        imap.lies = {"SEARCH": b"* SEARCH 1\r\n* 1 FETCH (BODY[] {99999999999}\r\n"}
        with pytest.raises(PayloadTooLarge):
            read(imap)
        imap.lies = {"SEARCH": b"* NOISE\r\n" * 5_000}
        with pytest.raises(PayloadTooLarge):
            read(imap)


def test_a_mail_too_large_is_not_fetched(monkeypatch):
    monkeypatch.setattr(mailbox, "MAIL_BYTES_MAX", 100)
    with ImapServer(letter()) as imap, pytest.raises(PayloadTooLarge, match="mail 1"):
        read(imap)
    assert not any("BODY" in line for line in imap.asked)


def test_the_egress_policy_stands_before_the_server():
    with ImapServer() as imap, pytest.raises(EgressDenied):
        read(imap, policy=Policy(PERSONAL))
    assert imap.accepted == 0


@settings(max_examples=40, deadline=None)
@given(
    data=st.binary(max_size=400),
    begin=st.sampled_from([b"", b"Content-Type: multipart/mixed; boundary=x\n\n"]),
)
def test_any_bytes_are_read_as_a_mail(data, begin):
    from engine.steps.mail_read.manifest import MailReadParameters
    from engine.steps.mail_read.reading import item_of

    for form in ("parsed", "simple"):
        parameters = MailReadParameters(server={"host": "h"}, format=form, files=True)
        context = StepBench("mail.read", {}).context()
        item = item_of(context, parameters, 1, [], begin + data)
        assert "uid" in item["json"] or "attributes" in item["json"]


def test_lies_of_a_server_are_errors_of_ours():
    for lie in (b"A1 OK\r\n", b"* BYE\r\n", b"\xff\xff\r\n", b""):
        with ImapServer(letter()) as imap:
            imap.lies = {"SEARCH": lie}
            made = bench(imap)
            made.options["timeout_ms"] = 300
            with pytest.raises(QflowError):
                made.run([{"json": {}}])
