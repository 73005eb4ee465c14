"""What is told of tests after they ran: the verdict, the version, and what was wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from engine.base.errors import PermissionDenied, UnknownObject
from engine.ports.access_store import Principal
from engine.testing.world import ALICE, CHARLIE
from engine.usecases.delete_execution import delete_execution
from engine.usecases.delete_flow import delete_flow
from engine.usecases.last_results import LastResult, last_results, last_verdicts
from engine.usecases.run_tests import FlowTested, run_tests
from engine.usecases.world import World
from tests.engine.usecases.test_run_tests import gives, sandbox, tested, world

__all__ = ["sandbox", "tested", "world"]

SHORT = {"start": "trigger.manual", "a": "t.add"}


@pytest.fixture
def report(tested: Callable[..., FlowTested]) -> FlowTested:
    """One case that passed, and one whose expectation was wrong."""
    return tested(SHORT, {"expect": {"outputs": gives("a", 1)}}, {"expect": {"outputs": gives("a", 9)}})


def saved(world: World, **changes: Any) -> None:
    """Save another version of the flow."""
    flow = world.flows.version("personal", world.flows.record("personal", "f").revision)
    world.flows.save("personal", replace(flow, **changes), flow.version, "alice", "", 3)


def told(found: list[LastResult]) -> list[tuple[str, bool, bool]]:
    return [(one.run.name, one.run.passed, one.current) for one in found]


def test_results_are_told_again_as_they_were(report: FlowTested, world: World) -> None:
    found = last_results(world, ALICE, "f")
    assert told(found) == [("case 0", True, True), ("case 1", False, True)]
    assert [list(one.flaws) for one in found] == [case.flaws for case in report.cases]
    shown = found[1].as_json()
    assert (shown["version"], shown["versionNumber"]) == (report.version, 2)
    assert shown["executionId"] == report.cases[1].execution


def test_a_step_that_waited_is_named_although_the_test_was_stopped_then(tested: Any, world: World) -> None:
    report = tested({"start": "trigger.manual", "w": "t.wait"}, {})
    [found] = last_results(world, ALICE, "f")
    assert found.flaws == report.cases[0].flaws
    assert "at step 'w'; mock it" in found.flaws[0].message


def test_a_test_that_could_not_begin_says_so(tested: Any, world: World) -> None:
    tested({"start": "trigger.manual"}, {"start": "nowhere"})
    [found] = last_results(world, ALICE, "f")
    assert not found.run.passed
    assert "could not begin" in found.flaws[0].message or found.run.execution


def test_a_result_is_of_an_older_version_once_what_runs_changed(report: FlowTested, world: World) -> None:
    saved(world, description="for people", canvas={"notes": [{"id": "n", "text": "x"}]})
    assert [one.current for one in last_verdicts(world, ALICE, "f")] == [True, True]
    saved(world, extra={"pins": {"a": [{"json": {}}]}})
    found = last_verdicts(world, ALICE, "f")
    assert told(found) == [("case 0", True, False), ("case 1", False, False)]
    assert {one.number for one in found} == {2}


def test_only_cases_that_the_draft_has_are_told_and_each_by_its_last_run(
    report: FlowTested, world: World
) -> None:
    flow = world.flows.version("personal", report.version)
    mended = {**flow.tests[1], "expect": {"outputs": gives("a", 1)}}
    saved(world, tests=(mended, {"name": "new"}))
    assert told(last_verdicts(world, ALICE, "f")) == [("case 1", False, False)]
    run_tests(world, ALICE, "f", names=["case 1"])
    assert told(last_verdicts(world, ALICE, "f")) == [("case 1", True, True)]


def test_what_a_test_got_is_gone_with_its_execution(report: FlowTested, world: World) -> None:
    delete_execution(world, ALICE, report.cases[1].execution)
    [_, failed] = last_results(world, ALICE, "f")
    assert not failed.run.passed
    assert "no longer kept" in failed.flaws[0].message


def test_results_are_gone_with_their_flow(report: FlowTested, world: World) -> None:
    delete_flow(world, ALICE, "f")
    assert world.case_runs.of("personal", "f") == {}


def test_who_may_not_read_executions_gets_verdicts_and_no_data(report: FlowTested, world: World) -> None:
    reader = Principal("bob", "Bob", "personal", frozenset({"flows:read"}))
    assert len(last_verdicts(world, reader, "f")) == 2
    with pytest.raises(PermissionDenied):
        last_results(world, reader, "f")


def test_another_subnet_learns_nothing(report: FlowTested, world: World) -> None:
    for ask in (last_verdicts, last_results):
        with pytest.raises(UnknownObject):
            ask(world, CHARLIE, "f")


def test_tests_of_an_older_version_are_told_with_its_number(report: FlowTested, world: World) -> None:
    saved(world, steps=(*world.flows.version("personal", report.version).steps[:1],), edges=())
    run_tests(world, ALICE, "f", version="2")
    assert {one.number for one in last_verdicts(world, ALICE, "f")} == {2}
