"""Checks made by two nodes: what the second one signs, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from engine.api import InvalidInput, PermissionDenied, Principal, World, WrongState
from engine.api.governing import NotGenuine, validator_of
from engine.testing.fake_sandbox import FakeSandbox
from governance import desk, shown
from governance.domain.state import Proposal
from governance.reproducing import CheckReport, reproduced
from tests.governance.domain.support import approve
from tests.governance.hall import SOURCE, TESTED, Hall, hall_of_two_nodes, second_node

ADMIN = Principal("root", "root", "acme", frozenset({"admin"}))


@pytest.fixture
def hall(transactional_db: Any) -> Iterator[Hall]:
    """A DAO whose rules name two nodes; its own sandbox gives what the tests expect."""
    made = hall_of_two_nodes()
    yield made
    made.stop()


@pytest.fixture
def second(hall: Hall) -> Iterator[World]:
    """Another node with a validator of its own, which the DAO named."""
    made = second_node(hall, FakeSandbox({SOURCE: [{"n": 1}]}))
    yield made
    made.worker.stop(1)


def submitted(hall: Hall) -> Proposal:
    id = desk.propose(hall.world, hall.people["ann"], approve(source=SOURCE, **TESTED))
    desk.submit(hall.world, hall.people["ann"], id)
    return hall.proposal(id)


def again(second: World, hall: Hall, made: Proposal) -> CheckReport:
    return reproduced(second, ADMIN, hall.id, made.cid, shown.proposal(hall.dao, made)["content"])


def test_a_second_node_finds_the_same_and_the_review_begins(hall: Hall, second: World) -> None:
    made = submitted(hall)
    assert made.stage == "checks"
    desk.report(hall.world, hall.people["dia"], made.id, again(second, hall, made))
    assert made.stage == "review", [one.reports["tests"]["report"] for one in made.reported]
    first, other = shown.proposal(hall.dao, made)["reports"]
    assert first["reporter"] != other["reporter"]
    assert first["reports"]["tests"] == other["reports"]["tests"]


def test_a_node_that_finds_something_else_blocks_and_both_are_shown(hall: Hall, second: World) -> None:
    made = submitted(hall)
    sandbox: Any = second.sandbox
    sandbox.answers[SOURCE] = [{"n": 2}]
    desk.report(hall.world, hall.people["dia"], made.id, again(second, hall, made))
    assert (made.stage, made.why) == ("draft", "nodes found different things in: tests")
    first, other = shown.proposal(hall.dao, made)["reports"]
    got = [one["reports"]["tests"]["report"]["resize"]["cases"][0]["got"] for one in (first, other)]
    assert got == [[{"n": 1}], [{"n": 2}]]
    desk.submit(hall.world, hall.people["ann"], made.id)
    assert (made.stage, len(made.reported)) == ("checks", 1)


def test_a_swapped_content_is_not_made_anew(hall: Hall, second: World) -> None:
    made = submitted(hall)
    content = {**made.content, "title": "Another"}
    with pytest.raises(NotGenuine, match="not what its CID names"):
        reproduced(second, ADMIN, hall.id, made.cid, content)
    with pytest.raises(NotGenuine):
        reproduced(second, ADMIN, "bafyanother", made.cid, made.content)


def test_forged_reports_are_refused(hall: Hall, second: World) -> None:
    made, ann = submitted(hall), hall.people["ann"]
    good = again(second, hall, made)
    identity, key = validator_of(hall.world, "acme")
    for forged, kind in (
        (replace(good, signature=bytes(64)), PermissionDenied),
        (replace(good, reporter=identity), PermissionDenied),
        (replace(good, reporter=identity, key=key), PermissionDenied),
        (replace(good, reporter=ann.identity), PermissionDenied),
        (replace(good, reports={**good.reports, "tests": {"passed": False, "report": {}}}), PermissionDenied),
        (replace(good, reports={"build": good.reports["build"]}), InvalidInput),
    ):
        with pytest.raises(kind):
            desk.report(hall.world, ann, made.id, forged)
    assert (made.stage, len(made.reported)) == ("checks", 1)


def test_the_first_node_does_not_report_twice(hall: Hall, second: World) -> None:
    made = submitted(hall)
    mine = reproduced(hall.world, ADMIN, hall.id, made.cid, made.content)
    with pytest.raises(WrongState, match="another node must"):
        desk.report(hall.world, hall.people["ann"], made.id, mine)


def test_a_report_on_one_proposal_counts_for_no_other(hall: Hall, second: World) -> None:
    made = submitted(hall)
    report = again(second, hall, made)
    desk.report(hall.world, hall.people["ann"], made.id, report)
    desk.cancel(hall.world, hall.people["ann"], made.id)
    another = submitted(hall)
    with pytest.raises(PermissionDenied):
        desk.report(hall.world, hall.people["ann"], another.id, report)


def test_a_proposal_without_a_template_is_not_made_anew(hall: Hall, second: World) -> None:
    wish = {"kind": "policy", "title": "Less", "change": {"code": "none"}}
    made = hall.proposal(desk.propose(hall.world, hall.people["ann"], wish))
    with pytest.raises(InvalidInput, match="brings no template"):
        reproduced(second, ADMIN, hall.id, made.cid, made.content)
