"""Variables of a subnet: who sets them, and what executions read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.base.errors import InvalidInput, PermissionDenied, UnknownObject
from engine.dispatch.clock import SystemClock
from engine.flow.model import Edge, Flow, Step
from engine.ports.policy import PERSONAL
from engine.steps.registry import Registry
from engine.testing.world import ALICE, BOB, CHARLIE, fake_world
from engine.usecases.inspect_execution import execution_state, items_of
from engine.usecases.manage_variables import add_variables, delete_variable, list_variables, set_variable
from engine.usecases.start_execution import StartRequest, start_execution


@pytest.fixture
def world():
    made = fake_world(Registry(), SystemClock())
    yield made
    made.worker.stop(1)


def ran(world, written, **request):
    step = Step("s", "data.set", {"fields": {"said": written}})
    flow = Flow("f", "F", (Step("start", "trigger.manual"), step), (Edge("start", "s"),))
    flow = replace(flow, id=f"f{flow.version[-8:].lower()}{len(request)}")
    world.flows.create(PERSONAL, flow, "alice", "", 1)
    started = start_execution(world, ALICE, StartRequest(flow.id, mode="manual", **request))
    world.worker.attend(started.execution, wait_s=10)
    header, state = execution_state(world, ALICE, started.execution)
    (item,) = items_of(world, header, state.runs["s"][0].outputs["main"])
    return item["json"].get("said"), dict(state.started.variables)


def test_a_flow_reads_what_is_set_under_what_its_start_gives(world):
    set_variable(world, ALICE, "BASE", "https://a.example")
    set_variable(world, ALICE, "OTHER", "x")
    assert ran(world, "$vars.BASE")[0] == "https://a.example"
    assert ran(world, "$vars.BASE", variables={"BASE": "mine"})[0] == "mine"
    assert ran(world, "$vars.MISSING")[0] is None


def test_a_flow_that_does_not_speak_of_variables_begins_without(world):
    set_variable(world, ALICE, "BASE", "https://a.example")
    assert ran(world, "plain") == ("plain", {})


def test_who_may_read_flows_reads_variables_and_administrators_set_them(world):
    set_variable(world, ALICE, "BASE", "1")
    assert [(one.name, one.value) for one in list_variables(world, BOB)] == [("BASE", "1")]
    assert list_variables(world, CHARLIE) == []
    for act in (
        lambda: set_variable(world, BOB, "BASE", "2"),
        lambda: delete_variable(world, BOB, "BASE"),
        lambda: add_variables(world, BOB, {}),
    ):
        with pytest.raises(PermissionDenied):
            act()
    with pytest.raises(UnknownObject):
        delete_variable(world, CHARLIE, "BASE")
    delete_variable(world, ALICE, "BASE")
    assert list_variables(world, ALICE) == []


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("", "v", "name"),
        ("1ST", "v", "name"),
        ("A-B", "v", "name"),
        ("A B", "v", "name"),
        ("Ä", "v", "name"),
        ("A" * 51, "v", "name"),
        ("A\n", "v", "name"),
        ("A", "v" * 1001, "value"),
    ],
)
def test_wrong_names_and_long_values_are_refused(world, name, value, wrong):
    with pytest.raises(InvalidInput) as caught:
        set_variable(world, ALICE, name, value)
    assert [problem.path for problem in caught.value.problems] == [wrong]


def test_an_import_adds_what_is_missing_and_keeps_what_is_there(world):
    set_variable(world, ALICE, "BASE", "mine")
    told = add_variables(world, ALICE, {"BASE": "theirs", "NEW": 5, "not a name": "x"})
    assert (told["BASE"], told["NEW"]) == ("kept", "added")
    assert "letters" in told["not a name"]
    assert {one.name: one.value for one in list_variables(world, ALICE)} == {"BASE": "mine", "NEW": "5"}
