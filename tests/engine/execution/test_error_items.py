"""What a flow goes on with after an error."""

from __future__ import annotations

import pytest

from engine.base.errors import ErrorInfo, StepFailure
from engine.execution.error_items import failed_items, failures_apart
from engine.flow.model import Step

INFO = ErrorInfo.of(StepFailure("no"), "s")
GIVEN = [{"json": {"n": 1}, "binary": {"f": {}}}, {"json": {"n": 2}}]
BAD = {"json": {"error": "no"}, "error": {"message": "no"}, "pairedItem": {"item": 1}}
GOOD = {"json": {"ok": 1}, "pairedItem": {"item": 0}}


def step(on_error):
    return Step("s", "t", on_error=on_error)


def test_every_item_goes_on_with_the_error_beside_its_fields():
    first, second = failed_items(step("continue"), INFO, GIVEN, brief=False)
    assert first["json"]["n"] == 1
    assert first["json"]["error"]["message"] == "no"
    assert first["binary"] == {"f": {}}
    assert second["pairedItem"] == {"item": 1}


@pytest.mark.parametrize(
    ("on_error", "wanted"), [("continue", {"error": "no"}), ("failure", {"n": 1, "error": "no"})]
)
def test_in_brief_the_error_is_its_message(on_error, wanted):
    assert failed_items(step(on_error), INFO, GIVEN, brief=True)[0]["json"] == wanted


def test_a_step_without_items_gives_one():
    assert [item["json"] for item in failed_items(step("continue"), INFO, [], brief=True)] == [
        {"error": "no"}
    ]


def test_items_with_an_error_leave_by_the_port_for_errors():
    outputs = failures_apart(step("failure"), {"main": [GOOD, BAD]}, GIVEN, brief=False)
    assert outputs["main"] == [GOOD]
    assert outputs["failure"] == [{"json": {"n": 2, "error": "no"}, "pairedItem": {"item": 1}}]


def test_a_port_that_only_had_errors_gives_nothing():
    assert list(failures_apart(step("failure"), {"main": [BAD]}, GIVEN, brief=False)) == ["failure"]


def test_without_a_port_for_errors_they_go_on_among_the_others():
    outputs = failures_apart(step("continue"), {"main": [GOOD, BAD]}, GIVEN, brief=False)
    assert outputs == {"main": [GOOD, {"json": {"error": "no"}, "pairedItem": {"item": 1}}]}


@pytest.mark.parametrize(
    ("json", "apart"),
    [
        ({"error": "x"}, True),
        ({"error": {"code": 1}, "message": "m"}, True),
        ({"error": "x", "n": 1}, False),
        ({"error": ""}, False),
        ({"error": "x", "message": ""}, False),
    ],
)
def test_in_brief_items_that_only_tell_of_an_error_leave_by_the_port_for_errors(json, apart):
    given = {"main": [GOOD, {"json": json}]}
    assert ("failure" in failures_apart(step("failure"), given, GIVEN, brief=True)) is apart
    assert failures_apart(step("continue"), given, GIVEN, brief=True) == given
    assert failures_apart(step("failure"), given, GIVEN, brief=False) == given
