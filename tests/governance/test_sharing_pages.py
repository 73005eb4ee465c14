"""Templates that travel between DAOs by file, advisories, and notices on the pages of flows."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from engine.api import create_flow
from tests.governance.hall import Hall, pages_of, visitor
from tests.governance.test_catalogue_pages import STEPS


def test_a_template_is_exported_and_taken_in_as_a_draft(hall: Hall) -> None:
    cid = hall.approved()
    hall.passed({"kind": "revoke", "title": "It leaks", "target": cid})
    with pages_of(hall):
        cem = visitor(hall, "cem")
        answer = cem.get(f"/governance/templates/{cid}/export.json")
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{cid}.json"'
        file = SimpleUploadedFile("t.json", answer.content)
        taken = cem.post("/governance/templates/import", {"file": file})
        assert taken.status_code == 302, taken.content.decode()
        made = hall.proposal(taken.url.rpartition("/")[2])
    assert (made.stage, list(made.content["templates"])) == ("draft", [cid])


def test_a_changed_file_and_one_that_is_none_are_refused(hall: Hall) -> None:
    cid = hall.approved()
    with pages_of(hall):
        cem = visitor(hall, "cem")
        bundle = cem.get(f"/governance/templates/{cid}/export.json").content
        for data in (bundle.replace(b"return items", b"return steal"), b"[1]", b"{" * 99_999, b"\xff"):
            file = SimpleUploadedFile("t.json", data)
            answer = cem.post("/governance/templates/import", {"file": file})
            assert answer.status_code in (403, 422), answer.content.decode()
        assert cem.post("/governance/templates/import").status_code == 422


def test_a_reviewer_tells_of_a_weakness_and_who_uses_the_template_sees_it(hall: Hall) -> None:
    create_flow(hall.world, hall.people["cem"], {"id": "small", "name": "Small pictures", "steps": STEPS})
    cid = hall.approved()
    note = {"severity": "high", "text": "It <b>eats</b> all memory.", "fixed_by": ""}
    with pages_of(hall):
        bob, cem = visitor(hall, "bob"), visitor(hall, "cem")
        assert cem.post(f"/governance/templates/{cid}/advise", note).status_code == 403
        assert bob.post(f"/governance/templates/{cid}/advise", {**note, "severity": "x"}).status_code == 422
        assert bob.post(f"/governance/templates/{cid}/advise", note).status_code == 302
        for path in (f"templates/{cid}", "advisories", "templates", "notices", "notices?flow=small"):
            text = cem.get(f"/governance/{path}").content.decode()
            assert "eats" in text or path == "templates", path
            assert "<b>eats" not in text
        assert "Small pictures" in cem.get("/governance/notices").content.decode()
        assert cem.get("/governance/notices?flow=none").status_code == 404


def test_a_subnet_without_a_dao_has_no_notices_and_its_permissions_name_none(hall: Hall) -> None:
    hall.people["ned"] = hall.person("ned", "other")
    with pages_of(hall):
        ned = visitor(hall, "ned")
        assert ned.get("/governance/notices").content.strip() == b""
        assert b"PUT /api/v1/policy" not in ned.get("/permissions").content
        assert b"PUT /api/v1/policy" in visitor(hall, "ann").get("/permissions").content
