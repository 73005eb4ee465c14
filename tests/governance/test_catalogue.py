"""The catalogue: who uses what, what is old or weak, and templates of other DAOs."""

from __future__ import annotations

import pytest

from engine.api import create_flow
from engine.api.governing import NotGenuine
from governance import catalogue, desk
from tests.governance.domain.support import approve
from tests.governance.hall import Hall

STEPS = [
    {"id": "start", "type": "trigger.manual", "onSuccess": "code"},
    {"id": "code", "type": "code.javascript", "params": {"code": "return items"}},
]


@pytest.fixture
def user(hall: Hall) -> Hall:
    """The hall with a flow that uses the template."""
    create_flow(hall.world, hall.people["cem"], {"id": "resize", "name": "Resize", "steps": STEPS})
    return hall


def test_it_says_which_flows_use_a_template(user: Hall) -> None:
    cid = user.approved()
    (use,) = catalogue.uses(user.world, user.people["dia"], cid)
    assert (use["flow"], use["steps"]) == ("resize", ["code"])
    assert catalogue.notices(user.world, user.people["dia"]) == []


def test_authors_are_told_of_newer_versions_and_of_weaknesses(user: Hall) -> None:
    old = user.approved()
    user.passed({**approve(source="return []"), "kind": "update", "replaces": old})
    (notice,) = catalogue.notices(user.world, user.people["cem"])
    assert (notice["step"], notice["status"]) == ("code", "superseded")
    new = notice["use"]
    assert user.dao.templates[new].status == "active"
    desk.advise(user.world, user.people["bob"], old, "high", "It leaks.", new)
    assert [one["what"] for one in catalogue.notices(user.world, user.people["cem"])] == [
        "a newer version was approved",
        "It leaks.",
    ]


def test_a_template_travels_by_its_cid_and_is_voted_on_anew(user: Hall) -> None:
    cid = user.approved()
    bundle = catalogue.export_template(user.world, user.people["dia"], cid)
    assert bundle["origin"]["vote"]["outcome"] == "passed"
    id = catalogue.import_template(user.world, user.people["dia"], bundle)
    made = user.proposal(id)
    assert list(made.content["templates"]) == [cid]
    assert made.stage == "draft"
    changed = {**bundle, "template": {**bundle["template"], "source": "return steal()"}}
    with pytest.raises(NotGenuine):
        catalogue.import_template(user.world, user.people["dia"], changed)
