"""The policy document as it follows from the votes."""

from __future__ import annotations

from typing import Any

import pytest

from engine.api import InvalidInput, cid_of
from engine.api.governing import RAW, cid_of_bytes
from governance.domain import commands as c
from governance.domain.policy import document_of
from tests.governance.domain.support import House, approve, code

X = {"operation": "http", "host": "x.example"}
Y = {"operation": "http", "host": "y.example"}


def code_cid(source: str) -> str:
    return cid_of_bytes(source.encode(), RAW)


def hosts(house: House) -> dict[str, list[str]]:
    """The hosts that each piece of code may reach."""
    ceilings = document_of(house.dao)["ceilings"]
    return {cid: [one["host"] for one in found] for cid, found in ceilings.items()}


@pytest.fixture
def house() -> House:
    return House()


def test_each_code_has_what_was_approved_for_it(house: House) -> None:
    house.approved("a", "return 1", capabilities=[X])
    house.approved("b", "return 2", capabilities=[Y])
    house.approved("c", "return 3")
    assert hosts(house) == {
        code_cid("return 1"): ["x.example"],
        code_cid("return 2"): ["y.example"],
        code_cid("return 3"): [],
    }
    assert "capabilities" not in document_of(house.dao)


def test_two_votes_on_the_same_code_add_up(house: House) -> None:
    house.approved("a", "return 1", capabilities=[X])
    house.approved("b", "return 1", capabilities=[X, Y])
    assert hosts(house) == {code_cid("return 1"): ["x.example", "y.example"]}


def test_a_version_that_reaches_less_takes_away_what_the_one_before_had(house: House) -> None:
    cid = house.approved("a", "return 1", capabilities=[X])
    update = {"kind": "update", "title": "Less", "replaces": cid}
    house.passed({**update, "template": code("a", "return 1", release="2", capabilities=[Y])})
    assert hosts(house) == {code_cid("return 1"): ["y.example"]}


def test_an_older_version_with_other_code_keeps_what_it_had(house: House) -> None:
    cid = house.approved("a", "return 1", capabilities=[X])
    update = {"kind": "update", "title": "Less", "replaces": cid}
    house.passed({**update, "template": code("a", "return 2", release="2")})
    assert hosts(house) == {code_cid("return 1"): ["x.example"], code_cid("return 2"): []}


def test_a_flow_has_what_was_approved_and_its_code_nothing_beside_it(house: House) -> None:
    flow: dict[str, Any] = {"id": "orders", "steps": []}
    codes = [cid_of(flow), code_cid("return 1")]
    template = {"name": "orders", "type": "flow", "flow": flow, "codes": codes, "capabilities": [X]}
    house.passed({"kind": "approve", "title": "Orders", "template": template})
    assert hosts(house) == {cid_of(flow): ["x.example"], code_cid("return 1"): []}


def test_what_was_revoked_reaches_nothing_and_what_was_stopped_will_again(house: House) -> None:
    cid = house.approved("a", "return 1", capabilities=[X])
    house.do(c.Stop("ann", cid, "it steals", "prp_stop"))
    assert hosts(house) == {code_cid("return 1"): ["x.example"]}
    made = house.dao.proposals["prp_stop"]
    house.vote(made, ann="yes", bob="yes", cem="yes")
    house.wait(100)
    house.wait(50)
    assert hosts(house) == {}


def test_nobody_proposes_ceilings_beside_the_votes_on_templates(house: House) -> None:
    with pytest.raises(InvalidInput, match="follows from the votes"):
        house.draft({"kind": "policy", "title": "More", "change": {"ceilings": {}}})


def test_every_ceiling_is_one_of_an_approved_piece_of_code(house: House) -> None:
    house.approved("a", "return 1", capabilities=[X])
    house.draft(approve("b", "return 2"))
    document = document_of(house.dao)
    assert set(document["ceilings"]) == set(document["approved"])
