"""What members decide, as executions meet it: refused, allowed, stopped."""

from __future__ import annotations

from typing import Any

import pytest

from engine.api import (
    Header,
    PolicyViolation,
    StartRequest,
    Status,
    create_flow,
    get_execution,
    publish_event,
    start_execution,
)
from engine.base.errors import DatabaseUnavailable, PermissionDenied, QuotaExceeded
from engine.testing.fake_sandbox import FakeSandbox
from governance import catalogue, desk, evidence
from tests.governance.domain.support import approve
from tests.governance.hall import Hall

SOURCE = "return items"
CODE = {"id": "code", "type": "code.javascript", "params": {"code": SOURCE}}
WAIT = {"id": "wait", "type": "flow.wait", "params": {"event": {"type": "go"}}}


@pytest.fixture
def acme(hall: Hall) -> Hall:
    """The hall with a flow that waits for an event, and then runs code."""
    sandbox: Any = hall.world.sandbox
    assert isinstance(sandbox, FakeSandbox)
    sandbox.answers[SOURCE] = [{"done": True}]
    steps = [
        {"id": "start", "type": "trigger.manual", "onSuccess": "wait"},
        {**WAIT, "onSuccess": "code"},
        CODE,
    ]
    create_flow(hall.world, hall.people["ann"], {"id": "resize", "name": "Resize", "steps": steps})
    return hall


def started(hall: Hall) -> str:
    """An execution that waits before its code."""
    request = StartRequest("resize", [{"json": {}}], mode="manual")
    id = start_execution(hall.world, hall.people["ann"], request).execution
    return settled(hall, id, Status.WAITING).id


def settled(hall: Hall, id: str, status: Status) -> Header:
    for _ in range(100):
        hall.world.worker.attend(id, wait_s=1)
        header = get_execution(hall.world, hall.people["ann"], id)
        if header.status is status:
            break
    assert header.status is status, header
    return header


def let_go(hall: Hall, id: str, status: Status) -> Header:
    hall.clock.advance_ms(200)
    publish_event(hall.world, hall.people["ann"], "go", {})
    return settled(hall, id, status)


def test_code_runs_once_the_members_approved_it(acme: Hall) -> None:
    failed = let_go(acme, started(acme), Status.FAILED)
    assert failed.error is not None
    assert failed.error["code"] == "policy_violation"
    assert "ask its members to approve it" in failed.error["message"]
    acme.approved(source=SOURCE)
    let_go(acme, started(acme), Status.COMPLETED)


def test_a_revoked_template_is_refused_at_the_next_step(acme: Hall) -> None:
    cid = acme.approved(source=SOURCE)
    waiting = started(acme)
    acme.passed({"kind": "revoke", "title": "It leaks", "target": cid})
    failed = let_go(acme, waiting, Status.FAILED)
    assert failed.error is not None
    assert "was revoked" in failed.error["message"]


def test_a_guardian_ends_what_runs_at_once(acme: Hall) -> None:
    cid = acme.approved(source=SOURCE)
    waiting = started(acme)
    _, halted = desk.stop_template(acme.world, acme.people["ann"], cid, "it steals")
    assert halted == 1
    settled(acme, waiting, Status.ABORTED)


def test_an_approved_flow_starts_and_another_version_does_not(acme: Hall) -> None:
    from governance.drafting import template_from

    acme.passed({"kind": "policy", "title": "Flows", "change": {"flows": "approved-only"}})
    acme.clock.advance_ms(200)
    with pytest.raises(PolicyViolation, match="only approved flows"):
        started(acme)
    template = template_from(acme.world, acme.people["ann"], "resize")
    acme.passed({"kind": "approve", "title": "Resize", "template": template})
    acme.clock.advance_ms(200)
    let_go(acme, started(acme), Status.COMPLETED)


def test_a_step_that_is_proposed_brings_everything_with_it(acme: Hall) -> None:
    from governance.drafting import template_from

    template = template_from(acme.world, acme.people["ann"], "resize", step="code")
    assert template["source"] == SOURCE
    assert template["provenance"]["flow"] == "resize"
    assert template["scan"]["reach"] == ["It reaches nothing: it computes from what it is given."]
    made = acme.opened({"kind": "approve", "title": "Resize", "template": template})
    assert {name: one.passed for name, one in made.checks.items()} == {
        "build": True,
        "scan": True,
        "tests": True,
    }


def test_a_template_whose_tests_fail_goes_back_to_its_author(acme: Hall) -> None:
    case = {"name": "doubles", "items": [{"n": 1}], "expect": [{"n": 2}]}
    id = desk.propose(acme.world, acme.people["ann"], approve(source=SOURCE, tests={"cases": [case]}))
    desk.submit(acme.world, acme.people["ann"], id)
    made = acme.proposal(id)
    assert (made.stage, made.why) == ("draft", "the check tests failed")
    assert made.checks["tests"].report["resize"]["cases"][0]["got"] == [{"done": True}]


def test_only_eligible_nodes_run(acme: Hall) -> None:
    acme.passed({"kind": "policy", "title": "Nodes", "change": {"nodes": ["another"]}})
    acme.clock.advance_ms(200)
    with pytest.raises(PolicyViolation, match="other nodes: another"):
        started(acme)


def test_a_budget_that_the_members_voted_for_holds_and_is_shown(acme: Hall) -> None:
    acme.approved(source=SOURCE)
    acme.passed({"kind": "budget", "title": "Little", "change": {"executions": 1, "cpuSeconds": 5}})
    acme.clock.advance_ms(200)
    started(acme)
    with pytest.raises(QuotaExceeded, match="at most 1 executions today"):
        started(acme)
    shown = evidence.budget(acme.world, acme.people["dia"])
    assert shown["executions"] == {"used": 1, "most": 1}
    assert shown["egressBytes"]["most"] is None
    acme.passed({"kind": "budget", "title": "More", "change": {"executions": None}})
    acme.clock.advance_ms(200)
    started(acme)
    assert evidence.budget(acme.world, acme.people["dia"])["cpuSeconds"]["most"] == 5


def test_a_budget_that_is_none_fails_its_check(acme: Hall) -> None:
    wish = {"kind": "budget", "title": "Odd", "change": {"coffee": 3}}
    id = desk.propose(acme.world, acme.people["ann"], wish)
    desk.submit(acme.world, acme.people["ann"], id)
    assert acme.proposal(id).why == "the check document failed"


def test_a_stop_holds_before_anything_about_it_is_written(
    acme: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever happens to the log or the validators meanwhile: the code is contained first."""
    cid = acme.approved(source=SOURCE)
    waiting = started(acme)

    def fails(*_: Any) -> Any:
        raise DatabaseUnavailable("the log cannot be written")

    monkeypatch.setattr(desk, "act_alone", fails)
    with pytest.raises(DatabaseUnavailable):
        desk.stop_template(acme.world, acme.people["ann"], cid, "it steals")
    settled(acme, waiting, Status.ABORTED)
    acme.clock.advance_ms(200)
    again = start_execution(acme.world, acme.people["ann"], StartRequest("resize", mode="manual")).execution
    settled(acme, again, Status.WAITING)
    failed = let_go(acme, again, Status.FAILED)
    assert failed.error is not None
    assert failed.error["code"] == "quarantined"


def test_who_is_no_guardian_contains_nothing(acme: Hall) -> None:
    cid = acme.approved(source=SOURCE)
    waiting = started(acme)
    with pytest.raises(PermissionDenied):
        desk.stop_template(acme.world, acme.people["cem"], cid, "envy")
    let_go(acme, waiting, Status.COMPLETED)


def test_receipts_tell_how_often_a_template_was_used_and_when_last(acme: Hall) -> None:
    cid = acme.approved(source=SOURCE)
    assert catalogue.receipts(acme.world, acme.people["dia"], cid)["executions"] == 0
    ids = [started(acme) for _ in range(3)]
    found = catalogue.receipts(acme.world, acme.people["dia"], cid)
    assert (found["executions"], found["all"]) == (3, True)
    assert (found["last"]["execution"], found["last"]["status"]) == (ids[-1], "waiting")
