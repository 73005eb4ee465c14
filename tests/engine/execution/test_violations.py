"""Containment in whole executions: violations are told, counted, and end in quarantine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from engine.base.canonical import RAW, cid_of_bytes
from engine.base.errors import DatabaseUnavailable, Quarantined, SandboxViolation, StepFailure
from engine.base.limits import TRUST_RECHECK_US, Limits
from engine.execution.guest_meter import GuestUse
from engine.journal.facts import StepFailed
from engine.ports.policy import PERSONAL, Policy
from engine.ports.quarantine import PLACED_EVENT, Contained
from engine.ports.sandbox import CodeRequest, CodeResult, HostCalls, SandboxLimits, Usage, note_spent
from engine.ports.violations import ALERT_EVENT, VIOLATION_EVENT
from engine.steps.registry import Registry
from engine.testing.clock import FakeClock
from engine.testing.fake_sandbox import FakeSandbox
from engine.testing.memory_quarantine import MemoryQuarantine
from engine.testing.memory_violations import MemoryViolations
from engine.testing.policies import FixedPolicies
from engine.testing.world import ALICE, fake_world
from engine.usecases.create_flow import create_flow
from engine.usecases.inspect_execution import execution_logs
from engine.usecases.start_execution import StartRequest, start_execution
from engine.usecases.world import World

LIMITS = Limits(code_violations_max=3, flow_violations_max=5)
BAD, GOOD = "for (;;);", "return []"
BAD_CID = cid_of_bytes(BAD.encode(), RAW)
USED = Usage(fuel=7, memory_bytes=1 << 20, wall_us=900, host_calls=2)


class CodeSandbox(FakeSandbox):
    """Code that never ends is stopped, code that throws has printed before, all other gives nothing."""

    used = USED

    def run_code(
        self, request: CodeRequest, limits: SandboxLimits, host: HostCalls | None = None
    ) -> CodeResult:
        if "for (;;)" in request.source:
            raise SandboxViolation("the code ran too long", limit="time", code_cid=request.cid)
        if "throw" in request.source:
            raise StepFailure("Error: no", logs=["first", "last"], line=1)
        return CodeResult([], ["printed"], self.used, request.cid)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store() -> MemoryViolations:
    return MemoryViolations()


@pytest.fixture
def world(clock: FakeClock, store: MemoryViolations) -> Iterator[World]:
    policies = FixedPolicies(Policy(PERSONAL, limits=LIMITS))
    made = fake_world(
        Registry(), clock, sandbox=CodeSandbox(), policies=policies, limits=LIMITS, violations=store
    )
    yield made
    made.worker.stop(1)


@pytest.fixture
def run(world: World) -> Callable[..., Any]:
    def go(source: str, flow: str = "f") -> Any:
        steps = [{"id": "code", "action": "code.javascript", "params": {"code": source}}]
        if flow not in {record.id for record in world.flows.list(PERSONAL)}:
            create_flow(world, ALICE, {"id": flow, "name": flow, "steps": steps})
        else:
            raise AssertionError("one flow, one code")
        return again(world, flow)

    return go


def again(world: World, flow: str) -> Any:
    started = start_execution(world, ALICE, StartRequest(flow, mode="manual", wait="end"))
    assert started.future is not None
    outcome = started.future.result(30)
    return outcome, started.execution


def events(world: World, kind: str) -> list[dict[str, Any]]:
    return [data for _, type, data in world.notifier.events if type == kind]  # type: ignore[attr-defined]


def test_a_violation_becomes_an_event_with_its_place_and_counts(world, run):
    outcome, execution = run(BAD)
    assert outcome.error.code == "sandbox_violation"
    (told,) = events(world, VIOLATION_EVENT)
    assert (told["executionId"], told["flowId"], told["stepId"]) == (execution, "f", "code")
    assert (told["actor"], told["codeCid"], told["limit"]) == ("alice", BAD_CID, "time")
    assert told["counts"] == {"actor": 1, "flow": 1, "code": 1}
    assert world.metrics.counts["sandbox_violations", (("limit", "time"),)] == 1


def test_code_that_repeats_it_is_refused_in_every_flow_until_it_is_lifted(world, run, clock):
    run(BAD)
    for _ in range(2):
        again(world, "f")
    assert [told["subject"] for told in events(world, PLACED_EVENT)] == [BAD_CID]
    outcome, _ = run(BAD, "other")
    assert outcome.error.code == "quarantined"
    assert BAD_CID in outcome.error.message
    assert len(events(world, VIOLATION_EVENT)) == 3, "it was not run again"
    assert world.containment.lift(PERSONAL, Contained.CODE, BAD_CID, "alice")
    clock.advance_ms(1)
    outcome, _ = again(world, "other")
    assert outcome.error.code == "sandbox_violation"
    assert events(world, VIOLATION_EVENT)[-1]["counts"]["code"] == 1, "it counts from the start again"


def test_other_code_and_other_subnets_go_on(world, run):
    run(BAD)
    for _ in range(2):
        again(world, "f")
    assert run(GOOD, "good")[0].kind == "completed"
    elsewhere = Policy("elsewhere", limits=LIMITS)
    assert world.violations.admit(elsewhere, "f") is elsewhere


def test_a_flow_that_repeats_it_with_ever_new_code_is_refused_as_a_whole(world, store, clock):
    place = _place()
    for number in range(LIMITS.flow_violations_max):
        error = SandboxViolation("too long", limit="time", code_cid=f"code {number}")
        world.violations.record(place, Policy(PERSONAL, limits=LIMITS), error)
    assert world.containment.held(PERSONAL, Contained.FLOW) == {"f"}
    steps = [{"id": "nothing", "action": "flow.noop"}]
    create_flow(world, ALICE, {"id": "f", "name": "f", "steps": steps})
    with pytest.raises(Quarantined, match="flow 'f' is in quarantine: 5 violations"):
        again(world, "f")


def test_violations_long_past_do_not_count(world, clock, store):
    policy = Policy(PERSONAL, limits=LIMITS)
    for _ in range(4):
        world.violations.record(_place(), policy, SandboxViolation("x", limit="time", code_cid="c"))
        clock.advance_ms(LIMITS.violation_window_ms)
    assert placed(world) == []


def test_data_that_is_too_large_is_no_reason_for_quarantine(world, store):
    policy = Policy(PERSONAL, limits=LIMITS)
    for _ in range(10):
        world.violations.record(_place(), policy, SandboxViolation("x", limit="input", code_cid="c"))
    assert (len(store.recorded), placed(world)) == (10, [])


def test_a_quarantine_of_another_process_is_seen_after_a_while(clock):
    policy = Policy(PERSONAL)
    stays = MemoryQuarantine()
    world = fake_world(Registry(), clock, quarantine=stays)
    other = fake_world(Registry(), clock, quarantine=stays).violations
    assert world.violations.admit(policy, "f") is policy
    for _ in range(LIMITS.code_violations_max):
        other.record(
            _place(), replace(policy, limits=LIMITS), SandboxViolation("x", limit="time", code_cid="c")
        )
    assert other.admit(policy, "f").quarantined == {"c"}
    clock.advance_ms(TRUST_RECHECK_US / 1_000)
    assert world.violations.admit(policy, "f").quarantined == {"c"}
    assert world.violations.admit(policy, "f") is world.violations.admit(policy, "f"), "made once"


def test_a_database_that_is_away_takes_nothing_but_the_record(world, store, monkeypatch):
    def away(violation: Any) -> None:
        raise DatabaseUnavailable

    monkeypatch.setattr(store, "record", away)
    world.violations.record(_place(), Policy(PERSONAL), SandboxViolation("x", limit="time"))
    assert world.metrics.counts["sandbox_violations", (("limit", "time"),)] == 1


def test_the_receipt_carries_what_the_guest_used(world, run):
    _, execution = run(GOOD)
    (receipt,) = [
        entry.fact for entry in world.journal.entries(execution) if entry.fact.TYPE == "step.completed"
    ]
    assert receipt.fuel == 7
    assert receipt.usage == {"memory_bytes": 1 << 20, "wall_us": 900, "host_calls": 2}
    assert world.metrics.counts["sandbox_fuel", (("step", "code.javascript"),)] == 7


def test_a_step_that_fails_keeps_what_it_printed(world, run):
    outcome, execution = run("throw 1")
    assert outcome.kind == "failed"
    assert "logs" not in outcome.error.details
    lines = [
        line["message"] for line in execution_logs(world, ALICE, execution) if line["event"] == "step.log"
    ]
    assert lines == ["first", "last"]


def test_a_subnet_that_uses_its_share_of_time_or_memory_raises_one_alert_a_window(world, clock):
    limits = Limits(sandbox_alert_window_ms=1_000, sandbox_alert_percent=50, sandbox_memory_bytes_max=1000)
    policy, meter = Policy(PERSONAL, limits=limits), world.violations.meter
    for _ in range(7):
        meter.used(policy, {"code.python": GuestUse([100_000], 1, memory_bytes=100)})
    meter.used(policy, {"code.python": GuestUse([1], 1, memory_bytes=500)})
    meter.used(replace(policy, subnet="quiet"), {"code.python": GuestUse([1], 1, memory_bytes=1)})
    told = [(data["resource"], data["used"], data["limit"]) for data in events(world, ALERT_EVENT)]
    assert told == [("time", 500_000, 1_000_000), ("memory", 500, 1000)]
    clock.advance_ms(1_000)
    meter.used(policy, {"code.python": GuestUse([500_000], 1, memory_bytes=1)})
    assert len(events(world, ALERT_EVENT)) == 3


def placed(world: World) -> Any:
    return [*world.containment.history(PERSONAL, 10)]


def _place() -> Any:
    from engine.execution.violations import Place

    return Place("f", "exe_1", "code", 0, 1, "alice")


def test_what_a_failed_guest_had_used_is_in_the_journal(world, run, monkeypatch):
    def starve(self, request, limits, host=None):
        error = SandboxViolation("too much", limit="memory", logs=["begun"])
        note_spent(error, USED, request.cid)
        raise error

    monkeypatch.setattr(CodeSandbox, "run_code", starve)
    _, execution = run(BAD)
    _, entries = world.journal.load(execution)
    (failed,) = [entry.fact for entry in entries if isinstance(entry.fact, StepFailed)]
    assert (failed.code, failed.fuel, list(failed.logs)) == (BAD_CID, 7, ["begun"])
    assert failed.usage == {"memory_bytes": 1 << 20, "wall_us": 900, "host_calls": 2}
    assert "begun" in str(execution_logs(world, ALICE, execution))
