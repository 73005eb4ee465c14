"""The life of a proposal, act by act."""

from __future__ import annotations

import pytest

from engine.api import InvalidInput, PermissionDenied, ResourceExhausted, StaleRevision, WrongState
from governance.domain import commands as c
from governance.domain.log import fold
from governance.domain.state import Proposal
from governance.domain.words import Stage
from tests.governance.domain.support import CAST, KEY, SECOND, House, approve, charter, code, member


def test_a_template_is_approved_by_checks_reviews_a_vote_and_a_timelock() -> None:
    house = House()
    made = house.draft(approve())
    house.do(c.Submit("ann", made.id, ("scan", "tests")))
    assert made.stage is Stage.CHECKS
    house.do(c.Check("node", made.id, made.cid, "scan", True, {"findings": []}))
    house.do(c.Check("node", made.id, made.cid, "tests", True))
    assert made.stage is Stage.REVIEW
    house.do(c.Review("bob", made.id, made.cid, True, "fine"))
    assert made.stage is Stage.VOTING
    house.vote(made, ann="yes", bob="yes", cem="no")
    house.wait(99)
    assert made.stage is Stage.VOTING
    house.wait(1)
    assert made.stage is Stage.TIMELOCK
    assert house.dao.templates == {}
    house.wait(50)
    assert made.stage is Stage.ACTIVE
    (template,) = house.dao.templates.values()
    assert template.status == "active"


def test_a_failed_check_sends_the_draft_back() -> None:
    house = House()
    made = house.draft(approve())
    house.do(c.Submit("ann", made.id, ("scan",)))
    house.do(c.Check("node", made.id, made.cid, "scan", False))
    assert (made.stage, made.why) == (Stage.DRAFT, "the check scan failed")


def test_a_changed_byte_is_another_version_whose_reviews_begin_anew() -> None:
    house = House(rules=charter({"reviewers": 2}), members=[*CAST, member("eve", "reviewer")])
    made = house.draft(approve())
    house.do(c.Submit("ann", made.id))
    house.do(c.Review("bob", made.id, made.cid, True))
    before = made.cid
    house.do(c.Draft("ann", made.id, approve(source="return items;")))
    assert made.cid != before
    assert (made.stage, made.reviews) == (Stage.DRAFT, {})
    house.do(c.Submit("ann", made.id))
    with pytest.raises(StaleRevision, match="changed meanwhile"):
        house.do(c.Review("eve", made.id, before, True))


def test_nobody_reviews_a_proposal_of_their_own_nor_without_the_role() -> None:
    house = House()
    made = house.draft(approve(), "bob")
    house.do(c.Submit("bob", made.id))
    with pytest.raises(PermissionDenied, match="of their own"):
        house.do(c.Review("bob", made.id, made.cid, True))
    with pytest.raises(PermissionDenied, match="no reviewer"):
        house.do(c.Review("cem", made.id, made.cid, True))


def test_a_review_that_takes_too_long_expires() -> None:
    house = House()
    made = house.draft(approve())
    house.do(c.Submit("ann", made.id))
    house.wait(100)
    assert made.stage is Stage.EXPIRED


def test_too_few_votes_expire_and_too_many_noes_reject() -> None:
    house = House()
    made = house.opened(approve())
    house.vote(made, ann="yes")
    house.wait(100)
    assert (made.stage, made.why) == (Stage.EXPIRED, "25 % took part; it takes 50 %")
    made = house.opened(approve())
    house.vote(made, ann="yes", bob="no")
    house.wait(100)
    assert made.stage is Stage.REJECTED


def test_the_vote_can_be_changed_until_the_close() -> None:
    house = House()
    made = house.opened(approve())
    house.vote(made, ann="yes", bob="no", cem="no")
    house.vote(made, bob="yes")
    house.wait(100)
    assert made.stage is Stage.TIMELOCK


def test_the_electorate_is_frozen_when_the_vote_opens() -> None:
    house = House(rules=charter(admission="invitation"))
    made = house.opened(approve())
    house.do(c.Invite("ann", member("new"), house.now + 60 * SECOND))
    house.do(c.Join("new"))
    house.do(c.Delegate("cem", "dia", "*", house.now + 60 * SECOND))
    house.do(c.Leave("bob"))
    with pytest.raises(PermissionDenied, match="was no member"):
        house.vote(made, new="yes")
    house.vote(made, bob="yes", dia="yes")
    house.wait(100)
    assert made.counted is not None
    assert made.counted.count["tookPart"] == 2


def test_a_quorum_that_is_reached_late_leaves_time_to_answer_once() -> None:
    house = House(rules=charter({"extensionSeconds": 40}))
    made = house.opened(approve())
    house.vote(made, ann="yes")
    house.wait(90)
    house.vote(made, bob="yes")
    assert made.closes_us == house.now + 40 * SECOND
    house.wait(39)
    house.vote(made, cem="no", dia="no")
    assert made.closes_us == house.now + SECOND
    house.wait(1)
    assert made.stage is Stage.REJECTED


def test_one_proposal_per_template_is_open_and_drafts_keep_no_name() -> None:
    house = House()
    first, second = house.draft(approve()), house.draft(approve(source="return []"), "cem")
    house.do(c.Submit("ann", first.id))
    with pytest.raises(WrongState, match=first.id):
        house.do(c.Submit("cem", second.id))
    house.do(c.Cancel("ann", first.id))
    house.do(c.Submit("cem", second.id))


def test_spam_is_bounded_by_member_day_and_cooldown() -> None:
    house = House(rules=charter(openPerMember=2, perMemberAndDay=3, cooldownSeconds=1000))
    made = house.opened(approve("a"))
    house.draft(approve("b"))
    with pytest.raises(ResourceExhausted, match="open proposals"):
        house.draft(approve("c"))
    house.wait(100)
    house.draft(approve("c"))
    house.do(c.Cancel("ann", "prp_2"))
    with pytest.raises(ResourceExhausted, match="a day"):
        house.draft(approve("d"))
    assert made.stage is Stage.EXPIRED
    again = house.draft(approve("a"), "cem")
    with pytest.raises(WrongState, match="turned down lately"):
        house.do(c.Submit("cem", again.id))


def test_the_risk_class_follows_from_what_code_may_reach_and_can_only_be_raised() -> None:
    house = House()
    post = [{"operation": "http", "host": "api.example.com", "methods": ["POST"]}]
    get = [{"operation": "http", "host": "api.example.com"}]
    assert house.draft(approve("a")).risk == "low"
    assert house.draft(approve("b", capabilities=get), "bob").risk == "medium"
    assert house.draft(approve("c", capabilities=post), "cem").risk == "high"
    with pytest.raises(InvalidInput, match="cannot be low"):
        house.draft({**approve("d", capabilities=post), "risk": "low"}, "dia")
    assert house.draft({**approve("d"), "risk": "critical"}, "dia").risk == "critical"


def test_an_update_supersedes_and_a_revocation_revokes() -> None:
    house = House()
    old = house.approved()
    update = {**approve(source="return [];"), "kind": "update", "replaces": old}
    house.passed(update)
    new = house.dao.templates[old].replaced_by
    assert house.dao.templates[old].status == "superseded"
    assert house.dao.proposals["prp_1"].stage is Stage.SUPERSEDED
    house.passed({"kind": "revoke", "title": "Bad", "target": new})
    assert house.dao.templates[new].status == "revoked"


def test_a_guardian_stops_a_template_which_lapses_unless_ratified() -> None:
    house = House(rules=charter(ratifySeconds=60))
    cid = house.approved()
    with pytest.raises(PermissionDenied, match="no guardian"):
        house.do(c.Stop("bob", cid, "it steals", "prp_stop"))
    house.do(c.Stop("ann", cid, "it steals", "prp_stop"))
    assert house.dao.templates[cid].status == "stopped"
    ratify = house.dao.proposals["prp_stop"]
    assert ratify.stage is Stage.VOTING
    house.wait(60)
    assert ratify.stage is Stage.EXPIRED
    assert house.dao.templates[cid].status == "active"


def test_a_stop_that_the_members_ratify_is_for_good() -> None:
    house = House(rules=charter(ratifySeconds=60))
    cid = house.approved()
    house.do(c.Stop("ann", cid, "it steals", "prp_stop"))
    house.vote(house.dao.proposals["prp_stop"], bob="yes", cem="yes", dia="yes")
    house.wait(60)
    assert house.dao.templates[cid].status == "revoked"


def test_a_stop_is_not_undone_by_an_update_that_was_voted_on_before() -> None:
    house = House(rules=charter(ratifySeconds=1000))
    cid = house.approved()
    update = house.opened({**approve(source="return [];"), "kind": "update", "replaces": cid})
    house.vote(update, ann="yes", bob="yes", cem="yes")
    house.do(c.Stop("ann", cid, "it steals", "prp_stop"))
    house.wait(100)
    house.wait(50)
    assert update.stage is Stage.ACTIVE
    assert house.dao.templates[cid].status == "stopped"


def test_secret_votes_are_opened_after_the_close() -> None:
    from governance.domain.ballot import seal

    house = House(rules=charter({"secret": True, "revealSeconds": 30}))
    made = house.opened(approve())
    yes = (("yes", 1),)
    salts = {name: name.encode() * 5 + b"!" for name in ("ann", "bob", "cem")}
    with pytest.raises(InvalidInput, match="secret"):
        house.vote(made, ann="yes")
    house.vote(made, **{name: seal(yes, salt) for name, salt in salts.items()})
    house.wait(100)
    assert made.stage is Stage.REVEALING
    for name in ("ann", "bob"):
        house.do(c.Reveal("anybody", made.id, name, yes, salts[name]))
    house.wait(30)
    assert made.counted is not None
    assert made.counted.count["totals"] == {"yes": 2, "no": 0, "abstain": 0}
    assert made.stage is Stage.TIMELOCK


def test_members_are_voted_in_changed_and_out() -> None:
    house = House()
    house.passed({"kind": "membership", "title": "Eve", "change": {"add": member("eve", "reviewer")}})
    assert house.dao.members["eve"].roles == {"member", "reviewer"}
    house.passed({"kind": "membership", "title": "Out", "change": {"remove": "eve"}})
    assert "eve" not in house.dao.members
    with pytest.raises(PermissionDenied, match="voted in"):
        house.do(c.Invite("ann", member("eve"), house.now + SECOND))


def test_a_choice_by_ranks_approves_the_winner_only() -> None:
    house = House()
    wish = {"kind": "choose", "title": "Which?", "method": "ranked", "templates": [code("a"), code("b")]}
    made = house.opened(wish)
    house.vote(made, ann=(("b", 1), ("a", 2)), bob=(("b", 1),), cem=(("a", 1), ("none", 2)))
    house.wait(100)
    house.wait(50)
    assert [one.object["name"] for one in house.dao.templates.values()] == ["b"]


def test_policy_limits_rules_and_validators_change_by_vote() -> None:
    house = House()
    house.passed({"kind": "policy", "title": "Nodes", "change": {"nodes": ["n1"]}})
    house.passed({"kind": "limits", "title": "Steps", "change": {"step_timeout_ms": 5}})
    assert house.dao.policy == {"nodes": ["n1"], "limits": {"step_timeout_ms": 5}}
    with pytest.raises(InvalidInput, match="votes on templates"):
        house.draft({"kind": "policy", "title": "Sneak", "change": {"approved": []}})
    house.passed({"kind": "rules", "title": "Rules", "change": charter(text="Be kind.")})
    assert house.dao.charter.text == "Be kind."
    with pytest.raises(InvalidInput, match="reviewers"):
        house.draft({"kind": "rules", "title": "Rules", "change": charter({"reviewers": 9})})


def test_a_log_folds_to_the_same_state() -> None:
    house = House()
    cid = house.approved()
    house.do(c.Advise("bob", "adv_1", cid, "high", "It leaks."))
    assert fold(house.log) == house.dao


def reported(
    house: House, made: Proposal, reporter: str = "node", own: bool = True, **report: object
) -> None:
    reports = {name: {"passed": True, "report": {"node": reporter, **report}} for name in made.wanted}
    key = KEY if reporter == "node" else "another"
    house.do(c.Report(reporter, made.id, made.cid, reporter, key, reports, b"", own))


def checked(house: House) -> Proposal:
    """A proposal whose checks this node made and reported."""
    made = house.draft(approve())
    house.do(c.Submit("ann", made.id, ("build", "scan")))
    for name in ("build", "scan"):
        house.do(c.Check("node", made.id, made.cid, name, True, {"node": "node"}))
    reported(house, made)
    return made


TWICE = charter({"reports": 2})
WITH_VALIDATOR = [*CAST, member("eve", "validator")]


def test_where_the_rules_name_two_nodes_the_review_waits_for_the_second_report() -> None:
    house = House(rules=TWICE, members=WITH_VALIDATOR)
    made = checked(house)
    assert made.stage is Stage.CHECKS
    reported(house, made, "eve", own=False)
    assert made.stage is Stage.REVIEW
    assert [one.reporter for one in made.reported] == ["node", "eve"]


def test_reports_that_differ_send_the_draft_back_and_are_both_kept() -> None:
    house = House(rules=TWICE, members=WITH_VALIDATOR)
    made = checked(house)
    reported(house, made, "eve", own=False, cid="another")
    assert (made.stage, made.why) == (Stage.DRAFT, "nodes found different things in: build, scan")
    assert len(made.reported) == 2
    house.do(c.Submit("ann", made.id, ("build", "scan")))
    assert (made.checks, made.reported) == ({}, [])


def test_only_another_validator_reports_once_and_after_this_node() -> None:
    house = House(rules=TWICE, members=WITH_VALIDATOR)
    made = house.draft(approve())
    house.do(c.Submit("ann", made.id, ("build",)))
    with pytest.raises(WrongState, match="waits for no report"):
        reported(house, made, "eve", own=False)
    house.do(c.Check("node", made.id, made.cid, "build", True, {"node": "node"}))
    reported(house, made)
    with pytest.raises(WrongState, match="another node must"):
        reported(house, made, own=False)
    with pytest.raises(PermissionDenied, match="only validators"):
        reported(house, made, "bob", own=False)
    reports = {"scan": {"passed": True, "report": {}}}
    with pytest.raises(InvalidInput, match="exactly the checks build"):
        house.do(c.Report("eve", made.id, made.cid, "eve", "another", reports, b""))
    with pytest.raises(StaleRevision):
        house.do(c.Report("eve", made.id, "bafyold", "eve", "another", reports, b""))


def test_without_a_second_report_the_proposal_expires() -> None:
    house = House(rules=TWICE, members=WITH_VALIDATOR)
    made = checked(house)
    house.wait(24 * 3600)
    assert made.stage is Stage.EXPIRED


def test_what_changes_no_template_waits_for_no_other_node() -> None:
    house = House(rules=TWICE, members=WITH_VALIDATOR)
    made = house.draft({"kind": "policy", "title": "Less", "change": {"code": "none"}})
    house.do(c.Submit("ann", made.id, ("document",)))
    house.do(c.Check("node", made.id, made.cid, "document", True))
    assert made.stage is Stage.REVIEW
