"""The bell, the list of notifications and the choices, for whom they are."""

from __future__ import annotations

from governance.models import Notification
from tests.governance.domain.support import approve
from tests.governance.hall import Hall, pages_of, visitor

NOTES = "/governance/notifications"


def test_the_bell_counts_what_is_unread_and_the_list_leads_there(hall: Hall) -> None:
    with pages_of(hall):
        cem = visitor(hall, "cem")
        made = hall.opened(approve())
        assert "1 unread" in cem.get("/governance/bell").content.decode()
        assert "1 unread" in cem.get("/flows").content.decode()
        assert "A vote opens: Approve resize" in cem.get(NOTES).content.decode()
        row = Notification.objects.get()
        there = cem.post(f"{NOTES}/{row.pk}")
        assert there.url == f"/governance/proposals/{made.id}"
        assert "0 unread" in cem.get("/governance/bell").content.decode()
        cem.post(f"{NOTES}/{row.pk}", {"unread": "1"})
        assert "1 unread" in cem.get("/governance/bell").content.decode()
        cem.post(f"{NOTES}/read")
        assert "0 unread" in cem.get("/governance/bell").content.decode()


def test_nobody_sees_or_reads_what_somebody_else_was_told(hall: Hall) -> None:
    hall.people["ned"] = hall.person("ned", "other")
    with pages_of(hall):
        cem, dia, ned = (visitor(hall, name) for name in ("cem", "dia", "ned"))
        hall.opened(approve())
        cem.get("/governance/bell")
        row = Notification.objects.get(person__user__username="cem")
        for other in (dia, ned):
            assert other.post(f"{NOTES}/{row.pk}").status_code == 404
        row.refresh_from_db()
        assert row.read_us is None
        assert ned.get(NOTES).status_code == 404
        assert "data-bell" not in ned.get("/flows").content.decode()


def test_choices_of_the_form_are_shown_as_they_were_made(hall: Hall) -> None:
    with pages_of(hall):
        cem = visitor(hall, "cem")
        sent = {"listed": ["opens"], "mail": [], "hook": ["revoked"], "every": "3600"}
        assert cem.post(f"{NOTES}/choose", sent).status_code == 302
        text = cem.get(NOTES).content.decode()
        assert text.count(" checked") == 2
        assert '<option value="3600" selected>' in text
        assert cem.post(f"{NOTES}/choose", {"every": "-1"}).status_code == 422
        assert cem.post(f"{NOTES}/choose", {"listed": "x", "every": "0"}).status_code == 422


def test_a_webhook_has_a_secret_and_may_get_a_new_one(hall: Hall) -> None:
    with pages_of(hall):
        cem = visitor(hall, "cem")
        assert cem.post(f"{NOTES}/hook", {"hook": "ftp://x"}).status_code == 422
        cem.post(f"{NOTES}/hook", {"hook": "https://host.example/x"})
        first = cem.get(NOTES).content.decode().partition("whsec_")[2][:32]
        cem.post(f"{NOTES}/hook", {"hook": "https://host.example/x"})
        assert first in cem.get(NOTES).content.decode()
        cem.post(f"{NOTES}/hook", {"fresh": "1"})
        assert first not in cem.get(NOTES).content.decode()
        cem.post(f"{NOTES}/hook", {"hook": ""})
        assert "whsec_" not in cem.get(NOTES).content.decode()


def test_a_node_without_a_mail_server_says_so(hall: Hall) -> None:
    with pages_of(hall):
        cem = visitor(hall, "cem")
        assert "QFLOW_MAIL_URL" in cem.get(NOTES).content.decode()
        assert cem.post(f"{NOTES}/mail", {"mail": "cem@example.com"}).status_code == 409
