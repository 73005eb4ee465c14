"""Mail and calls that go out, to real servers on this machine: signed, tried again, and never doubled."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from designer.models import Person
from engine.identity.ed25519 import Ed25519
from engine.validation.webhook_signatures import SignatureRule, SignedCall, verify_call
from governance.models import Delivery
from governance.telling import wishes
from governance.telling.delivering import CLAIM_US, RETRY_S, deliver
from governance.telling.mail import Letter, Outbox, send
from tests.governance.domain.support import approve
from tests.governance.hall import Hall, pages_of, visitor
from tests.governance.telling.support import gathered, reaching_loopback, with_persons
from tests.servers.http_server import HttpServer, Reply
from tests.servers.mail import SmtpServer

NOTES = "/governance/notifications"


@pytest.fixture
def smtp(settings) -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        settings.MAIL_URL, settings.MAIL_FROM = f"smtp://127.0.0.1:{server.port}", "qflow@example.com"
        yield server


@pytest.fixture
def web() -> Iterator[HttpServer]:
    with HttpServer() as server:
        server.extra["/hook"] = lambda seen: Reply(204)
        yield server


def hooked(hall: Hall, url: str) -> wishes.Places:
    cem = Person.objects.get(identity=hall.people["cem"].identity)
    places = wishes.with_hook(hall.world, wishes.Places(), url)
    wishes.keep_places(hall.world, cem, "acme", places)
    return places


def test_an_address_gets_mail_once_its_code_is_entered(hall: Hall, smtp: SmtpServer) -> None:
    with pages_of(hall):
        cem = visitor(hall, "cem")
        assert cem.post(f"{NOTES}/mail", {"mail": "no address"}).status_code == 422
        assert cem.post(f"{NOTES}/mail", {"mail": "cem@example.com"}).status_code == 302
        code = re.search(r"([a-z2-7]{16})\s", smtp.inbox.mails[0].get_content())
        assert code is not None
        assert cem.post(f"{NOTES}/mail", {"mail": "dia@example.com"}).status_code == 422  # a moment ago
        assert cem.post(f"{NOTES}/mail", {"code": "a" * 16}).status_code == 422
        made = hall.opened(approve())
        gathered(hall)
        assert deliver(hall.world) == 0  # nobody has proven an address
        assert cem.post(f"{NOTES}/mail", {"code": code[1].upper()}).status_code == 302
        hall.vote(made.id, ann="yes", bob="yes")
        hall.wait(101)
        gathered(hall)
        assert deliver(hall.world) == 1
        assert deliver(hall.world) == 0
    (mail,) = smtp.inbox.mails[1:]
    assert (mail["To"], mail["Subject"]) == ("cem@example.com", "Approve resize passed")
    assert f"/governance/proposals/{made.id}" in mail.get_content()


def test_a_mail_of_a_day_holds_all_of_it(hall: Hall, smtp: SmtpServer) -> None:
    with_persons(hall)
    cem = Person.objects.get(identity=hall.people["cem"].identity)
    wishes.keep_places(hall.world, cem, "acme", wishes.Places(mail="cem@example.com"))
    wishes.choose(cem, "acme", {way: ["opens", "decided"] for way in wishes.WAYS}, 86_400)
    hall.passed(approve())
    gathered(hall)
    assert deliver(hall.world) == 0
    hall.clock.advance_ms(86_400_000)
    assert deliver(hall.world) == 1
    assert "passed" in smtp.inbox.mails[0].get_content()


def test_a_server_that_is_away_gets_the_same_mail_later(hall: Hall, smtp: SmtpServer) -> None:
    with_persons(hall)
    cem = Person.objects.get(identity=hall.people["cem"].identity)
    wishes.keep_places(hall.world, cem, "acme", wishes.Places(mail="cem@example.com"))
    hall.opened(approve())
    gathered(hall)
    smtp.inbox.answer = "451 later"
    assert deliver(hall.world) == 1
    assert deliver(hall.world) == 0  # not at once
    smtp.inbox.answer = "250 taken"
    hall.clock.advance_ms(RETRY_S[0] * 1000)
    assert deliver(hall.world) == 1
    first, second = smtp.inbox.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert Delivery.objects.get().state == "sent"


def test_a_password_goes_to_the_server_and_a_subject_holds_no_line_break() -> None:
    with SmtpServer(login=True) as server:
        letter = Letter("ntf_1", "cem@example.com", "A vote\r\nBcc: evil@example.com", "Now.")
        send(Outbox(f"smtp://ann:secret@127.0.0.1:{server.port}", "qflow@example.com"), letter)
    assert server.logins == [("ann", "secret")]
    assert server.inbox.envelopes == [("qflow@example.com", ["cem@example.com"])]
    assert server.inbox.mails[0]["Bcc"] is None


def test_a_call_is_signed_as_standard_webhooks_says(hall: Hall, web: HttpServer) -> None:
    with_persons(hall)
    places = hooked(hall, web.at("/hook"))
    hall.opened(approve())
    gathered(hall)
    assert deliver(reaching_loopback(hall.world)) == 1
    (seen,) = web.seen
    headers = {name.lower(): value for name, value in seen.headers.items()}
    key = wishes.base64.b64decode(places.secret.removeprefix("whsec_"))
    rule = SignatureRule("standard", (key,))
    verify_call(rule, SignedCall(headers, seen.body, hall.clock.now_us()), Ed25519())
    assert b'"type":"governance.opens"' in seen.body


def test_no_call_reaches_an_address_that_steps_may_not_reach(hall: Hall, web: HttpServer) -> None:
    with_persons(hall)
    hooked(hall, web.at("/hook"))
    hall.opened(approve())
    gathered(hall)
    assert deliver(hall.world) == 1
    assert web.accepted == 0
    made = Delivery.objects.get()
    assert made.state == "given up"
    with pages_of(hall):
        client = visitor(hall, "cem")
        assert "given up after 1 attempt" in client.get(NOTES).content.decode()


def test_a_call_that_fails_is_tried_again_under_the_same_id_and_given_up_in_the_end(
    hall: Hall, web: HttpServer
) -> None:
    with_persons(hall)
    hooked(hall, web.at("/hook"))
    web.extra["/hook"] = lambda seen: Reply(500)
    hall.opened(approve())
    gathered(hall)
    world = reaching_loopback(hall.world)
    for wait_s in RETRY_S:
        assert deliver(world) == 1
        hall.clock.advance_ms(wait_s * 1000)
    assert deliver(world) == 1
    assert Delivery.objects.get().state == "given up"
    assert len({seen.headers["webhook-id"] for seen in web.seen}) == 1
    assert len(web.seen) == len(RETRY_S) + 1


def test_who_says_gone_is_called_no_more(hall: Hall, web: HttpServer) -> None:
    with_persons(hall)
    hooked(hall, web.at("/hook"))
    web.extra["/hook"] = lambda seen: Reply(410)
    hall.opened(approve())
    gathered(hall)
    assert deliver(reaching_loopback(hall.world)) == 1
    assert Delivery.objects.get().state == "given up"


def test_a_delivery_whose_process_died_is_taken_up_by_another_one(hall: Hall, web: HttpServer) -> None:
    with_persons(hall)
    hooked(hall, web.at("/hook"))
    hall.opened(approve())
    gathered(hall)
    deliver(reaching_loopback(hall.world))
    Delivery.objects.update(state="waiting", next_us=hall.clock.now_us() + CLAIM_US)  # claimed, never ended
    assert deliver(hall.world) == 0
    hall.clock.advance_ms(CLAIM_US // 1000)
    assert deliver(reaching_loopback(hall.world)) == 1
    assert web.seen[0].headers["webhook-id"] == web.seen[1].headers["webhook-id"]
