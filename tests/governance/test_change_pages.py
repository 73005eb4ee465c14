"""Changes by forms: of members, policy, limits and budget; told in words before they are proposed."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

from django.test import Client

from governance import desk
from tests.governance.domain.support import approve
from tests.governance.hall import Hall, pages_of, visitor

NEW = "/governance/proposals/new"
POLICY = {"code": "approved-only", "flows": "any", "anomalies": "alert", "allow": "", "deny": ""}


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    assert found is not None, page
    return unescape(found[1])


def proposed(client: Client, page: str, **said: str) -> str:
    """Send on what a page told; gives the proposal's id."""
    fields = {name: hidden(page, name) for name in ("kind", "change", "title")}
    answer = client.post(NEW, {**fields, "text": "", **said})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.url.rpartition("/")[2])


def told(client: Client, path: str, fields: dict[str, Any]) -> str:
    """What a filled-in form changes."""
    answer = client.post(f"{NEW}/{path}", fields)
    text = str(answer.content.decode())
    assert answer.status_code == 200, text
    return text


def test_somebody_is_searched_for_and_proposed_as_a_member_with_a_role(hall: Hall) -> None:
    eva = hall.person("eva").identity
    with pages_of(hall):
        ann = visitor(hall, "ann")
        found = ann.get(f"{NEW}/members?search=EV").content.decode()
        assert f"?identity={eva}" in found
        assert ">Bob<" not in found
        fields = {"identity": eva, "name": "Eva", "roles": ["reviewer"], "weight": "5"}
        page = told(ann, "members", fields)
        assert "Eva is a member, of weight 5, with the roles reviewer" in page
        id = proposed(ann, page)
    assert hall.proposal(id).content["change"]["add"] == {
        "identity": eva, "name": "Eva", "roles": ["member", "reviewer"], "weight": 5, "proof": "",
    }  # fmt: skip


def test_a_member_is_changed_and_removed_and_the_proof_stays(hall: Hall) -> None:
    dia = hall.people["dia"].identity
    proven = {**hall.dao.members[dia].plain(), "proof": "passport"}
    hall.passed({"kind": "membership", "title": "Proof", "change": {"add": proven}})
    with pages_of(hall):
        ann = visitor(hall, "ann")
        assert 'value="Dia"' in ann.get(f"{NEW}/members?identity={dia}").content.decode()
        fields = {"identity": dia, "name": "Dia", "roles": ["guardian"], "weight": "2"}
        page = told(ann, "members", fields)
        assert "Dia: weight 1 → 2" in page
        assert "Dia is a guardian" in page
        id = proposed(ann, page)
        assert hall.proposal(id).content["change"]["add"]["proof"] == "passport"
        assert "Dia is a guardian" in ann.get(f"/governance/proposals/{id}").content.decode()
        page = told(ann, "members", {**fields, "remove": "1"})
        assert "Dia is a member no more" in page
        id = proposed(ann, page)
    assert hall.proposal(id).content["change"] == {"remove": dia}


def test_what_is_wrong_with_a_member_is_said_and_strangers_are_not_there(hall: Hall) -> None:
    dia, ned = hall.people["dia"].identity, hall.person("ned", "other").identity
    unchanged = {"identity": dia, "name": "Dia", "roles": [], "weight": "1"}
    with pages_of(hall):
        ann = visitor(hall, "ann")
        for wrong, word in (
            ({"weight": "0"}, "a whole number from 1 to"),
            ({"weight": "9" * 12}, "a whole number from 1 to"),
            ({"roles": ["king"]}, "one of reviewer, guardian, validator"),
            ({"name": " "}, "1 to 100 printable characters"),
            ({}, "Nothing is changed"),
        ):
            answer = ann.post(f"{NEW}/members", {**unchanged, **wrong})
            assert (answer.status_code, word in answer.content.decode()) == (422, True), wrong
        assert ann.get(f"{NEW}/members?identity={ned}").status_code == 404
        assert ann.post(f"{NEW}/members", {**unchanged, "identity": ned}).status_code == 404
        assert ned not in ann.get(f"{NEW}/members?search={ned}").content.decode().partition("<ul")[2]


def test_the_policy_is_changed_by_choosing(hall: Hall) -> None:
    with pages_of(hall):
        ann = visitor(hall, "ann")
        assert 'value="code.python"' in ann.get(f"{NEW}/policy").content.decode()
        lists = {"allow": "api.example.com:443\n\n *.example.org ", "deny": "203.0.113.0/24"}
        fields = {
            **POLICY,
            **lists,
            "onlyAllowed": "1",
            "code": "none",
            "denied": ["code.python", "ssh.command"],
        }
        page = told(ann, "policy", fields)
        for said in (
            "only approved code may run → no code may run",
            "steps may connect to api.example.com:443",
            "steps are kept from 203.0.113.0/24",
            "steps may connect to what is listed only",
            "steps of type ssh.command are denied",
        ):
            assert said in page
        assert hidden(page, "title") == "Change the policy"
        id = proposed(ann, page)
    assert hall.proposal(id).content["change"] == {
        "code": "none",
        "egress": {
            "allow": ["api.example.com:443", "*.example.org"],
            "deny": ["203.0.113.0/24"],
            "onlyAllowed": True,
        },
        "stepTypesDenied": ["code.python", "ssh.command"],
    }  # fmt: skip
    assert hall.proposal(id).stage == "review", hall.proposal(id).checks


def test_the_way_back_to_the_form_and_on_as_text_keeps_what_was_filled_in(hall: Hall) -> None:
    with pages_of(hall):
        ann = visitor(hall, "ann")
        page = told(ann, "policy", {**POLICY, "deny": "bad.example.com", "denied": ["code.python"]})
        sent = {name: hidden(page, name) for name in ("kind", "change")} | {"title": "Less", "text": "Safer"}
        form = ann.post(f"{NEW}/policy", {**sent, "back": "1"}).content.decode()
        assert ">bad.example.com</textarea>" in form
        assert 'value="code.python" checked' in form
        assert hidden(form, "title") == "Less"
        text = unescape(ann.post(NEW, {**sent, "as": "text"}).content.decode())
        assert '"bad.example.com"' in text
        assert "<option selected>policy" in text
        assert 'value="Less"' in text
    assert not hall.dao.proposals


def test_entries_and_modes_that_are_none_are_refused_by_form_and_by_vote(hall: Hall) -> None:
    with pages_of(hall):
        ann = visitor(hall, "ann")
        for wrong in ({"deny": "http://x"}, {"allow": "a b"}, {"code": "maybe"}, {"allow": "h\n" * 1}, {}):
            answer = ann.post(f"{NEW}/policy", {**POLICY, **wrong})
            expected = 200 if wrong.get("allow") == "h\n" else 422
            assert answer.status_code == expected, wrong
    wish = {"kind": "policy", "title": "Less", "change": {"egress": {"deny": ["http://x"]}}}
    id = desk.propose(hall.world, hall.people["ann"], wish)
    desk.submit(hall.world, hall.people["ann"], id)
    assert hall.proposal(id).stage == "draft"


def test_limits_are_lowered_and_given_back_to_the_node(hall: Hall) -> None:
    hall.passed({"kind": "limits", "title": "Less", "change": {"step_timeout_ms": 5000, "flows_max": 9}})
    kept = {"step_timeout_ms": "5000", "flows_max": "9"}
    with pages_of(hall):
        ann = visitor(hall, "ann")
        form = ann.get(f"{NEW}/limits").content.decode()
        assert (
            'name="step_timeout_ms" inputmode="numeric" autocomplete="off" maxlength="20" value="5000"'
            in form
        )
        assert "Now 5 000 ms; 0 to 300 000 ms." in form
        for wrong in ({"step_timeout_ms": "300001"}, {"flows_max": "-1"}, {"retention_days": "1.5"}):
            assert ann.post(f"{NEW}/limits", {**kept, **wrong}).status_code == 422
        page = told(ann, "limits", {**kept, "step_timeout_ms": "", "retention_days": "7"})
        assert "Time of one step: 5 000 ms → what the node gives" in page
        assert "Executions are kept for: what the node gives → 7 days" in page
        id = proposed(ann, page)
    made = hall.proposal(id)
    assert made.content["change"] == {"step_timeout_ms": None, "retention_days": 7}
    desk.review(hall.world, hall.people["bob"], id, made.cid, True)
    hall.vote(id, ann="yes", bob="yes", cem="yes")
    hall.wait(101)
    hall.wait(51)
    assert hall.dao.policy["limits"] == {"flows_max": 9, "retention_days": 7}
    assert hall.world.policy.of("acme").limits.step_timeout_ms == hall.world.limits.step_timeout_ms


def test_a_budget_is_proposed_beside_what_was_used(hall: Hall) -> None:
    with pages_of(hall):
        ann = visitor(hall, "ann")
        assert "Used today: 0." in ann.get(f"{NEW}/budget").content.decode()
        page = told(ann, "budget", {"executions": "10", "cpuSeconds": "60"})
        assert "Executions a day: no bound → 10" in page
        id = proposed(ann, page)
    assert hall.proposal(id).content["change"] == {"executions": 10, "cpuSeconds": 60}


def test_a_change_that_a_form_holds_is_changed_there_and_no_other(hall: Hall) -> None:
    fits = {"step_timeout_ms": 9}
    ids = {}
    for name, change in (("fits", fits), ("beyond", {"no_such": 1})):
        wish = {"kind": "limits", "title": name, "change": change}
        ids[name] = desk.propose(hall.world, hall.people["ann"], wish)
    with pages_of(hall):
        ann = visitor(hall, "ann")
        assert (
            f"/new/limits?revises={ids['fits']}"
            in ann.get(f"/governance/proposals/{ids['fits']}").content.decode()
        )
        assert (
            f"/new?revises={ids['beyond']}"
            in ann.get(f"/governance/proposals/{ids['beyond']}").content.decode()
        )
        form = ann.get(f"{NEW}/limits?revises={ids['fits']}").content.decode()
        assert 'value="9"' in form
        fields = {"revises": ids["fits"], "title": "fits", "step_timeout_ms": "10"}
        page = told(ann, "limits", fields)
        assert proposed(ann, page, revises=ids["fits"]) == ids["fits"]
    assert hall.proposal(ids["fits"]).content["change"] == {"step_timeout_ms": 10}


def test_only_members_get_the_forms_and_texts_are_escaped(hall: Hall) -> None:
    evil = "<script>alert(1)</script>"
    with pages_of(hall):
        zed, ann = visitor(hall, "zed"), visitor(hall, "ann")
        for page in ("members", "policy", "limits", "budget"):
            assert zed.get(f"{NEW}/{page}").status_code == 403
            assert zed.post(f"{NEW}/{page}", {}).status_code == 403
        for page, fields in (
            ("members", {"identity": hall.people["dia"].identity, "name": evil, "weight": evil}),
            ("limits", {"flows_max": evil}),
            ("policy", {**POLICY, "allow": evil, "denied": [evil]}),
        ):
            assert evil not in ann.post(f"{NEW}/{page}", fields).content.decode(), page
        change = json.dumps({"deny": evil, "egress": [evil], "add": evil})
        for page in ("policy", "limits", "budget"):
            back = ann.post(f"{NEW}/{page}", {"back": "1", "change": change})
            assert back.status_code in (200, 422), page
            assert evil not in back.content.decode()


def test_what_a_proposal_changes_is_told_in_words_while_it_is_open(hall: Hall) -> None:
    made = hall.opened({"kind": "budget", "title": "Spend less", "change": {"steps": 5}})
    with pages_of(hall):
        page = unescape(visitor(hall, "cem").get(f"/governance/proposals/{made.id}").content.decode())
        assert "Steps a day: no bound → 5" in page
    assert hall.opened(approve()).content["change"] == {}
