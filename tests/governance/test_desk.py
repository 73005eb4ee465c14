"""What members do, down to the policy that nodes enforce."""

from __future__ import annotations

import pytest

from engine.api import AuditQuery, PermissionDenied, PolicyViolation, WrongState
from engine.api.governing import RAW, NotGenuine, adopt_policy, cid_of_bytes, policy_in_force, signed_policies
from engine.validation.code_gate import check_code
from governance import desk, evidence, house, shown
from governance.domain.words import Stage
from tests.governance.domain.support import approve
from tests.governance.hall import Hall

CODE = cid_of_bytes(b"return items", RAW)


def may_run(hall: Hall, cid: str = CODE) -> bool:
    hall.clock.advance_ms(200)
    try:
        check_code(cid, hall.policies.of("acme"))
    except PolicyViolation:
        return False
    return True


def test_founding_a_dao_puts_its_subnet_under_a_signed_policy(hall: Hall) -> None:
    signed = policy_in_force(hall.world, "acme")
    assert signed is not None
    assert (signed.version, signed.dao, signed.threshold) == (1, hall.id, 1)
    assert not may_run(hall)
    with pytest.raises(PolicyViolation, match="decide on its policy"):
        hall.access.put_policy("acme", {"code": "any"}, 2, 5)
    with pytest.raises(WrongState, match="has a DAO already"):
        desk.found_dao(hall.world, hall.people["zed"], desk.NewDao("Second", {}, ()))


def test_approved_code_runs_and_revoked_code_does_not(hall: Hall) -> None:
    cid = hall.approved()
    assert may_run(hall)
    hall.passed({"kind": "revoke", "title": "It leaks", "target": cid})
    assert not may_run(hall)
    policy = hall.policies.of("acme")
    assert policy.revoked == {CODE}
    signed = policy_in_force(hall.world, "acme")
    assert signed is not None
    assert signed.version == 3
    assert [one.version for one in hall.dao.versions] == [1, 2, 3]


def test_a_stop_is_in_force_at_once_and_lapses(hall: Hall) -> None:
    cid = hall.approved()
    proposal, _ = desk.stop_template(hall.world, hall.people["ann"], cid, "it steals")
    assert not may_run(hall)
    assert hall.proposal(proposal).stage is Stage.VOTING
    hall.wait(8 * 24 * 3600)
    assert hall.dao.templates[cid].status == "active"
    assert may_run(hall)


def test_only_a_guardian_stops(hall: Hall) -> None:
    cid = hall.approved()
    with pytest.raises(PermissionDenied, match="no guardian"):
        desk.stop_template(hall.world, hall.people["bob"], cid, "I do not like it")
    assert may_run(hall)


def test_an_update_lets_both_versions_run_until_the_old_one_is_revoked(hall: Hall) -> None:
    old = hall.approved()
    hall.passed({**approve(source="return []"), "kind": "update", "replaces": old})
    assert may_run(hall)
    assert may_run(hall, cid_of_bytes(b"return []", RAW))
    assert shown.template(hall.dao, hall.dao.templates[old])["status"] == "superseded"


def test_limits_and_policies_take_effect(hall: Hall) -> None:
    hall.passed({"kind": "limits", "title": "Slow", "change": {"step_timeout_ms": 5}})
    hall.passed({"kind": "policy", "title": "Deny", "change": {"stepTypesDenied": ["file.write"]}})
    hall.clock.advance_ms(200)
    policy = hall.policies.of("acme")
    assert policy.limits.step_timeout_ms == 5
    assert policy.step_types_denied == ("file.write",)


def test_a_policy_that_says_nonsense_fails_its_check(hall: Hall) -> None:
    id = desk.propose(
        hall.world, hall.people["ann"], {"kind": "limits", "title": "?", "change": {"no_such_limit": 5}}
    )
    desk.submit(hall.world, hall.people["ann"], id)
    assert hall.proposal(id).stage is Stage.DRAFT
    assert "not valid" in str(hall.proposal(id).checks["document"].report["error"])


def test_a_policy_is_in_force_here_in_the_moment_it_is_adopted(hall: Hall) -> None:
    template = hall.approved()
    before = hall.policies.of("acme").revoked
    desk.stop_template(hall.world, hall.people["ann"], template, "it steals")
    assert hall.policies.of("acme").revoked > before


def test_an_old_policy_cannot_be_brought_back(hall: Hall) -> None:
    first = signed_policies(hall.world, hall.people["ann"])[0]
    hall.approved()
    with pytest.raises(NotGenuine, match="version 1"):
        adopt_policy(hall.world, hall.people["ann"], first)


def test_the_state_is_the_same_in_every_process(hall: Hall) -> None:
    hall.approved()
    before = hall.dao
    house.forget()
    assert hall.dao == before
    assert hall.dao is not before


def test_a_tally_is_verified_from_a_bundle_alone(hall: Hall) -> None:
    made = hall.passed(approve())
    report = evidence.verify_bundle(evidence.bundle(hall.world, hall.people["zed"]), made.id)
    assert report["problems"] == []
    assert report["outcome"] == "passed"
    assert report["ballots"] == 3
    assert report["count"]["totals"] == {"yes": 3, "no": 0, "abstain": 0}


def test_the_policy_is_renewed_before_it_expires(hall: Hall) -> None:
    signed = policy_in_force(hall.world, "acme")
    assert signed is not None
    hall.wait(61 * 24 * 3600)
    renewed = policy_in_force(hall.world, "acme")
    assert renewed is not None
    assert renewed.version == 2
    assert renewed.document == signed.document


def test_the_audit_trail_says_who_did_what(hall: Hall) -> None:
    made = hall.opened(approve())
    hall.vote(made.id, ann="yes")
    actions = [one.action for one in hall.world.audit.search(AuditQuery("acme", limit=500))]
    assert {"dao.found", "dao.draft", "dao.submit", "dao.review", "dao.vote", "policy.adopt"} <= set(actions)
