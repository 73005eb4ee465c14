"""What the pages of the catalogue show of a DAO at work."""

from __future__ import annotations

from django.template.loader import render_to_string

from engine.api import create_flow
from governance import catalogue, catalogue_pages
from tests.governance.hall import Hall

STEPS = [{"id": "run", "type": "code.javascript", "params": {"code": "return items"}}]


def test_a_template_shows_its_vote_its_reach_and_the_flows_that_use_it(hall: Hall) -> None:
    cem = hall.people["cem"]
    create_flow(hall.world, cem, {"id": "resize", "name": "Resize pictures", "steps": STEPS})
    cid = hall.approved()
    uses = catalogue.uses(hall.world, cem, cid)
    text = render_to_string(
        "governance/template.html", {**catalogue_pages._shown(hall.dao, cem, cid), "uses": uses}
    )
    for said in ("Resize pictures</a>, step run", "It reaches nothing", "Propose to revoke it"):
        assert said in text
    assert "as a guardian" not in text


def test_the_catalogue_names_flows_whose_template_was_revoked(hall: Hall) -> None:
    cem = hall.people["cem"]
    create_flow(hall.world, cem, {"id": "resize", "name": "Resize pictures", "steps": STEPS})
    hall.passed({"kind": "revoke", "title": "It leaks", "target": hall.approved()})
    notices = catalogue.notices(hall.world, cem)
    text = render_to_string("governance/templates.html", {"templates": [], "notices": notices})
    assert "it was revoked and does not run any more" in text
