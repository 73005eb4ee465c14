"""Tests of trigger.form."""

from __future__ import annotations

import pytest

from engine.base.errors import InvalidInput
from engine.flow.model import Step
from engine.testing.step_bench import StepBench, items_of

GIVEN = {"path": "/jobs/new/", "title": "Apply", "fields": [{"name": "mail", "kind": "email"}]}


def registered(**parameters):
    kind = StepBench("trigger.form").kind
    return kind.registration(Step("start", "trigger.form", {**GIVEN, **parameters}))


def test_it_is_served_below_a_mark_of_its_own_with_its_form():
    found = registered(ignoreBots=True)
    assert (found.kind, found.key) == ("webhook", "~form/jobs/new")
    assert found.spec["methods"] == ["GET", "POST"]
    assert found.spec["form"]["fields"][0]["kind"] == "email"
    assert found.spec["ignoreBots"] is True


def test_the_answers_go_on():
    items = items_of({"mail": "a@b.example"})
    assert StepBench("trigger.form", GIVEN).run(items).outputs == {"main": items}


@pytest.mark.parametrize(
    "wrong",
    [
        {"path": "a/../b"},
        {"path": "a b"},
        {"path": ":id"},
        {"fields": [{"name": "a"}, {"name": "a"}]},
        {"fields": [{"name": "a", "kind": "select"}]},
        {"ending": {"redirect": "javascript:alert(1)"}},
    ],
)
def test_wrong_parameters_are_refused(wrong):
    with pytest.raises(InvalidInput):
        registered(**wrong)
