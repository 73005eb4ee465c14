"""Running the tests of a flow: what stands in, what may not act, and what is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from engine.base.errors import InvalidInput, PermissionDenied, QuotaExceeded, UnknownObject
from engine.dispatch.clock import SystemClock
from engine.execution.coverage import coverage_of
from engine.execution.plans import plan_of
from engine.flow.model import Flow, RetryPolicy, Step
from engine.sandbox.wasm_sandbox import WasmSandbox, cache_directory
from engine.testing.steps import DictCatalogue, PlainTrigger, make_type, pass_on, plus_one
from engine.testing.world import ALICE, BOB, CHARLIE, fake_world
from engine.usecases.fork_execution import replay_execution
from engine.usecases.inspect_execution import state_of
from engine.usecases.make_case import make_case
from engine.usecases.publish_flow import publish_flow
from engine.usecases.run_tests import CaseResult, FlowTested, run_tests
from engine.usecases.world import World

CHAIN = {"start": "trigger.manual", "a": "t.add", "b": "t.act", "c": "t.add"}
ZERO = [{"json": {"n": 0}}]


@pytest.fixture(scope="module")
def sandbox() -> WasmSandbox:
    return WasmSandbox(cache_directory())


@pytest.fixture
def world(catalogue: DictCatalogue, sandbox: WasmSandbox) -> Iterator[World]:
    made = fake_world(catalogue, SystemClock(), sandbox=sandbox)
    yield made
    made.worker.stop(1)


@pytest.fixture
def tested(world: World, publish: Callable[..., Any]) -> Callable[..., FlowTested]:
    """Saves a flow with cases and runs them."""

    def go(steps: dict[str, Any], *cases: dict[str, Any], extra: dict[str, Any] | None = None, **more: Any):
        flow = publish("f", steps, **more)
        named = [{"name": f"case {number}", "items": ZERO, **case} for number, case in enumerate(cases)]
        changed = replace(flow, tests=tuple(named), extra=extra or {})
        world.flows.save("personal", changed, flow.version, "alice", "", 2)
        return run_tests(world, ALICE, "f")

    return go


def only(report: FlowTested) -> CaseResult:
    [result] = report.cases
    return result


def messages(report: FlowTested) -> list[str]:
    return [flaw.message for flaw in only(report).flaws]


def gives(step: str, *numbers: int, port: str = "main") -> dict[str, Any]:
    return {step: {port: [{"json": {"n": number}} for number in numbers]}}


def test_a_case_passes_where_everything_is_as_expected(tested, world) -> None:
    expect = {"outputs": gives("a", 1), "contains": gives("c", 8), "assertions": ["{{ $json.n === 8 }}"]}
    report = tested(CHAIN, {"mocks": {"b": {"items": [{"json": {"n": 7}}]}}, "expect": expect})
    assert report.passed, messages(report)
    header = world.journal.header(only(report).execution)
    assert (header.mode, str(header.status), header.version) == ("test", "completed", report.version)


def test_a_step_that_acts_outside_is_refused_unless_the_case_allows_it(tested, gate) -> None:
    report = tested(CHAIN, {}, {"allow": ["b"], "expect": {"outputs": gives("c", 3)}})
    refused, allowed = report.cases
    assert not refused.passed
    assert "step 'b' (t.act) reads or changes what is outside" in refused.flaws[0].message
    assert allowed.passed
    assert [step for step, _ in gate.acted] == ["b"]


def test_no_way_around_an_error_hides_a_refusal(tested, gate) -> None:
    steps = {**CHAIN, "b": ("t.act", {"on_error": "continue", "retry": RetryPolicy(3, retry_on=("*",))})}
    report = tested(steps, {})
    assert not report.passed
    assert only(report).end == "failed"
    assert gate.acted == []


def test_a_mocked_error_takes_the_way_for_failures_without_trying_again(tested) -> None:
    steps = {
        "start": "trigger.manual",
        "b": ("t.act", {"on_error": "failure", "retry": RetryPolicy(5, delay_ms=60_000, retry_on=("*",))}),
        "saved": "t.pass",
        "lost": "t.pass",
    }
    wires = ["start -> b", "b -> saved", "b.failure -> lost"]
    case = {
        "mocks": {"b": {"error": {"message": "out of order", "type": "network_error"}}},
        "expect": {"contains": {"lost": {"main": [{"json": {"n": 0}}]}}, "outputs": {"saved": {"main": []}}},
    }
    report = tested(steps, case, wires=wires)
    assert report.passed, messages(report)
    assert report.coverage.branches[("b", "failure")]
    assert not report.coverage.branches[("b", "main")]
    assert report.coverage.mocked == {"b"}


def test_an_expected_failure_passes_and_another_message_does_not(tested) -> None:
    mocks = {"b": {"error": {"message": "out of order"}}}
    right = {"mocks": mocks, "expect": {"end": "failed", "error": "of order"}}
    wrong = {"mocks": mocks, "expect": {"end": "failed", "error": "no money"}}
    report = tested(CHAIN, right, wrong, {"mocks": mocks})
    assert [case.passed for case in report.cases] == [True, False, False]
    assert "should hold 'no money'" in report.cases[1].flaws[0].message
    assert "should have completed, but it failed: out of order" in report.cases[2].flaws[0].message


def test_what_differs_is_told_with_both_sides(tested) -> None:
    report = tested({"start": "trigger.manual", "a": "t.add"}, {"expect": {"outputs": gives("a", 5)}})
    [flaw] = only(report).as_json()["flaws"]
    assert flaw["differences"] == [{"path": "[0].json.n", "expected": 5, "got": 1}]
    assert (flaw["kind"], flaw["step"], flaw["port"]) == ("output", "a", "main")


def test_a_step_that_did_not_run_is_named(tested) -> None:
    steps = {"start": "trigger.manual", "a": "t.add"}
    case = {"expect": {"outputs": {**gives("a", 1), "gone": {"main": []}}, "contains": gives("gone", 1)}}
    assert messages(tested(steps, case)) == ["there is no step 'gone'"]


def test_an_assertion_is_judged_in_the_sandbox_by_truth_alone(tested) -> None:
    assertions = [
        "{{ $('a').all().length === 1 }}",
        "{{ $json.n }}",
        "{{ nothing( }}",
        "{{ $json.n > 9 }}",
    ]
    report = tested({"start": "trigger.manual", "a": "t.add"}, {"expect": {"assertions": assertions}})
    flaws = only(report).flaws
    assert [flaw.at for flaw in flaws] == [1, 2, 3]
    assert "came to 1, not to true" in flaws[0].message
    assert "has no value" in flaws[1].message


def test_a_waiting_step_is_named_or_expected(tested, world) -> None:
    steps = {"start": "trigger.manual", "w": "t.wait"}
    report = tested(steps, {}, {"expect": {"end": "waiting"}}, {"mocks": {"w": {"items": ZERO}}})
    assert [case.passed for case in report.cases] == [False, True, True]
    assert "waited at step 'w'; mock it" in report.cases[0].flaws[0].message


def test_a_long_timer_is_not_waited_for(tested) -> None:
    steps = {"start": "trigger.manual", "w": ("t.wait", {"parameters": {"kind": "time", "us": 10**12}})}
    assert only(tested(steps, {"expect": {"end": "waiting"}})).passed


def test_a_case_can_start_at_any_step(tested) -> None:
    report = tested(CHAIN, {"start": "c", "expect": {"outputs": gives("c", 1)}})
    assert report.passed, messages(report)
    assert [step for step, ran in report.coverage.steps.items() if ran] == ["c"]


def test_pins_of_the_flow_stand_in_unless_the_case_says_otherwise(tested, gate) -> None:
    pins = {"pins": {"b": [{"json": {"n": 20}}]}}
    mocked = {"mocks": {"b": {"items": [{"json": {"n": 30}}]}}, "expect": {"outputs": gives("c", 31)}}
    allowed = {"allow": ["b"], "expect": {"outputs": gives("c", 3)}}
    report = tested(CHAIN, {"expect": {"outputs": gives("c", 21)}}, mocked, allowed, extra=pins)
    assert report.passed, [case.flaws for case in report.cases]
    assert len(gate.acted) == 1


def test_the_flow_for_failures_is_not_started_by_a_test(tested, world, publish) -> None:
    publish("on-error", {"start": "trigger.manual"})
    report = tested(CHAIN, {}, error_flow="on-error")
    assert not report.passed
    assert world.journal.outbox(2**62) == []


def test_a_replay_of_a_test_is_bound_by_its_case(tested, world, gate) -> None:
    report = tested(CHAIN, {})
    again = replay_execution(world, ALICE, only(report).execution)
    header = world.journal.header(again.execution)
    if not header.status.ended:
        world.worker.watches.add(again.execution, "end").result(10)
    state = state_of(world, world.journal.header(again.execution))
    assert (state.started.case, str(state.status)) == ("case 0", "failed")
    assert gate.acted == []


def test_the_coverage_counts_steps_and_branches_of_all_cases(tested) -> None:
    steps = {"start": "trigger.manual", "a": "t.add", "off": ("t.add", {"disabled": True}), "j": "t.join"}
    wires = ["start -> a", "a -> j.left", "off -> j.right"]
    coverage = tested(steps, {"start": "a"}, wires=wires).coverage
    assert dict(coverage.steps) == {"start": False, "a": True, "j": True}
    assert dict(coverage.branches) == {("start", "main"): False, ("a", "main"): True}
    assert coverage.as_json()["percent"] == 60


def test_named_cases_alone_can_be_run(tested, world) -> None:
    tested({"start": "trigger.manual"}, {}, {})
    assert [case.name for case in run_tests(world, ALICE, "f", names=["case 1"]).cases] == ["case 1"]
    with pytest.raises(UnknownObject, match="no test 'case 9'"):
        run_tests(world, ALICE, "f", names=["case 9"])


def test_only_who_may_start_the_flow_may_test_it(tested, world) -> None:
    tested({"start": "trigger.manual"}, {})
    for actor, refused in ((BOB, PermissionDenied), (CHARLIE, UnknownObject)):
        with pytest.raises(refused):
            run_tests(world, actor, "f")


def test_a_step_with_two_ways_has_two_branches() -> None:
    two = make_type("t.two", pass_on, outputs=("main", "other"))
    catalogue = DictCatalogue([PlainTrigger(), two, make_type("t.add", plus_one)])
    plan = plan_of(Flow("f", "f", (Step("two", "t.two"), Step("a", "t.add"))), catalogue)
    assert coverage_of(plan, []).as_json()["percent"] == 0
    assert list(coverage_of(plan, []).branches) == [("two", "main"), ("two", "other")]


@pytest.mark.parametrize("way", ["passing", "failing", "none"])
def test_only_a_version_whose_tests_pass_can_be_published_where_the_flow_says_so(tested, world, way) -> None:
    cases = {"passing": [{}], "failing": [{"expect": {"outputs": gives("a", 9)}}], "none": []}[way]
    before = tested({"start": "trigger.manual", "a": "t.add"}, *cases, tests_must_pass=True)
    if way == "passing":
        assert publish_flow(world, ALICE, "f").published == before.version
        return
    in_force = world.flows.record("personal", "f").published
    with pytest.raises(InvalidInput, match="before") as refused:
        publish_flow(world, ALICE, "f")
    assert refused.value.problems[0].code == {"failing": "test_failed", "none": "missing"}[way]
    assert world.flows.record("personal", "f").published == in_force


def test_failing_tests_do_not_hold_up_a_flow_that_does_not_ask_for_them(tested, world) -> None:
    failing = tested({"start": "trigger.manual", "a": "t.add"}, {"expect": {"outputs": gives("a", 9)}})
    assert not failing.passed
    assert publish_flow(world, ALICE, "f").published == failing.version


def test_a_test_made_of_an_execution_comes_to_the_same(tested, start, world, gate) -> None:
    steps = {**CHAIN, "w": "t.wait"}
    report = tested(steps, {}, wires=["start -> a", "a -> b", "b -> c"])
    begun = start("f", mode="manual", items=ZERO)
    begun.future.result(10)
    made = make_case(world, ALICE, begun.execution)
    assert made["mocks"] == {"b": {"items": [{"json": {"n": 2}}]}}
    assert made["expect"] == {"outputs": gives("c", 3)}
    flow = world.flows.version("personal", report.version)
    world.flows.save("personal", replace(flow, tests=(made,)), flow.version, "alice", "", 3)
    gate.acted.clear()
    again = run_tests(world, ALICE, "f")
    assert again.passed, messages(again)
    assert gate.acted == []


def test_a_test_made_of_a_failure_expects_it_and_mocks_it(tested, world) -> None:
    mocks = {"b": {"error": {"message": "no money", "type": "network_error"}}}
    failed = only(tested(CHAIN, {"mocks": mocks}))
    made = make_case(world, ALICE, failed.execution, expect=["a"])
    assert made["mocks"] == mocks
    assert made["expect"] == {"end": "failed", "error": "no money", "outputs": gives("a", 1)}


def test_items_that_a_case_starts_with_take_the_place_of_the_triggers_pin(tested) -> None:
    pins = {"pins": {"start": [{"json": {"n": 50}}]}}
    expected = {"expect": {"outputs": gives("a", 1)}}
    report = tested({"start": "trigger.manual", "a": "t.add"}, expected, extra=pins)
    assert report.passed, messages(report)


def test_a_subnet_tests_only_so_many_flows_at_once(tested, world) -> None:
    tested({"start": "trigger.manual"}, {})
    with world.quotas.testing("personal"), world.quotas.testing("personal"):
        with pytest.raises(QuotaExceeded, match="at most 2 flows tested at once"):
            run_tests(world, ALICE, "f")
        with world.quotas.testing("elsewhere"):
            pass
    assert run_tests(world, ALICE, "f").passed
