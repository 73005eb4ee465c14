"""Pages of proposals and members: large DAOs, changing a draft, choosing among code."""

from __future__ import annotations

import json

from engine.api import create_flow
from governance import desk
from tests.governance.domain.support import approve
from tests.governance.hall import Hall, pages_of, visitor

CODE = [
    {"id": "fast", "type": "code.javascript", "params": {"code": "return items"}},
    {"id": "slow", "type": "code.javascript", "params": {"code": "return [...items]"}},
]


def test_a_change_that_its_check_refused_is_mended_in_its_form(hall: Hall) -> None:
    with pages_of(hall):
        ann = visitor(hall, "ann")
        sent = {"kind": "limits", "title": "Shorter steps", "text": "", "change": '{"no_such": 1}'}
        there = ann.post("/governance/proposals/new", sent).url
        id = there.rpartition("/")[2]
        assert hall.proposal(id).stage == "draft"
        text = ann.get(there).content.decode()
        assert "<details open><summary>Report of document" in text
        assert f"?revises={id}" in text
        form = ann.get(f"/governance/proposals/new?revises={id}").content.decode()
        assert "no_such" in form
        mended = {**sent, "change": '{"step_timeout_ms": 5000}', "revises": id}
        assert visitor(hall, "cem").post("/governance/proposals/new", mended).status_code == 403
        assert ann.post("/governance/proposals/new", mended).url == there
    assert hall.proposal(id).stage == "review"


def test_every_example_of_a_change_is_one(hall: Hall) -> None:
    from governance.proposal_pages import _EXAMPLES

    for kind, example in _EXAMPLES[:3]:
        wish = {"kind": kind, "title": kind, "change": json.loads(example)}
        id = desk.propose(hall.world, hall.people["ann"], wish)
        desk.submit(hall.world, hall.people["ann"], id)
        assert hall.proposal(id).stage == "review", hall.proposal(id).checks
        desk.cancel(hall.world, hall.people["ann"], id)


def test_members_choose_among_code_and_quadratic_votes_say_why_they_are_off(hall: Hall) -> None:
    create_flow(hall.world, hall.people["ann"], {"id": "sorts", "name": "Sorts", "steps": CODE})
    path = "/governance/proposals/choose"
    with pages_of(hall):
        ann = visitor(hall, "ann")
        form = ann.get(path).content.decode()
        assert 'value="quadratic" required disabled' in form
        assert "Quadratic voting is off: one person with several identities" in form
        assert "Quadratic voting is off" in ann.get("/governance/").content.decode()
        sent = {"title": "Which sort?", "method": "quadratic", "step": ["sorts/fast", "sorts/slow"]}
        assert ann.post(path, sent).status_code == 422
        assert ann.post(path, {**sent, "step": []}).status_code == 422
        there = ann.post(path, {**sent, "method": "ranked"}).url
    made = hall.proposal(there.rpartition("/")[2])
    assert (made.stage, made.method, made.options) == (
        "review",
        "ranked",
        ("sorts.fast", "sorts.slow", "none"),
    )


def test_a_page_of_members_is_searched_and_a_delegate_is_named(hall: Hall) -> None:
    with pages_of(hall):
        cem = visitor(hall, "cem")
        found = cem.get("/governance/members?search=di").content.decode()
        assert "<td>Dia" in found
        assert "<td>Bob" not in found
        sent = {"topic": "templates", "length": "30d"}
        assert cem.post("/governance/delegate", {**sent, "taker": "nobody"}).status_code == 422
        assert cem.post("/governance/delegate", {**sent, "taker": "dia"}).status_code == 302
        assert "Dia on templates until" in cem.get("/governance/").content.decode()
        assert cem.post("/governance/delegate", {**sent, "taker": ""}).status_code == 302
        assert "Dia on templates" not in cem.get("/governance/").content.decode()


def test_everybody_sees_that_the_author_voted_and_bars_fit(hall: Hall) -> None:
    made = hall.opened(approve())
    hall.vote(made.id, ann="yes")
    with pages_of(hall):
        text = visitor(hall, "cem").get(f"/governance/proposals/{made.id}").content.decode()
    assert "Ann, who made this proposal, voted on it" in text
    assert 'value="25" aria-label="yes: 1"' in text


def test_pages_are_found_with_and_without_a_slash_at_the_end(hall: Hall) -> None:
    with pages_of(hall):
        ann = visitor(hall, "ann")
        assert ann.get("/governance").url == "/governance/"
        assert ann.get("/governance/members/?search=di").url == "/governance/members?search=di"
        assert ann.get("/governance/proposals/new/policy/").url == "/governance/proposals/new/policy"
        for there in ("nothing/", "members//", "/evil.example/"):
            answer = ann.get(f"/governance/{there}")
            assert answer.status_code == 404, there
        assert ann.post("/governance/leave/").status_code == 404
