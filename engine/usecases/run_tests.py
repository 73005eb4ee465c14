"""Run the tests of a flow: one execution for each case, judged by what it came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Any

from engine.base.errors import InvalidInput, Problem, QflowError, UnknownObject
from engine.base.limits import CASE_MS_MAX, CASES_MS_MAX
from engine.execution.coverage import Coverage, coverage_of
from engine.execution.judging import Flaw, Judge
from engine.execution.session import Outcome
from engine.flow.cases import Case, cases_of
from engine.flow.model import Flow
from engine.flow.plan import Plan
from engine.journal.state import ExecutionState, Status
from engine.ports.access_store import Principal
from engine.ports.case_runs import CaseRun
from engine.ports.journal_store import Header
from engine.usecases.control_execution import post_signal
from engine.usecases.get_flow import DRAFT, view
from engine.usecases.inspect_execution import state_of
from engine.usecases.permission import require
from engine.usecases.start_execution import StartRequest, start_execution
from engine.usecases.world import World

MODE = "test"

NO_TESTS = Problem("tests", "there are none", "missing", hint="write a test, or unset testsMustPass")

LOOK_EVERY_S = 0.1
"""Who drives the execution tells of its end, unless another process does; so look too."""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What became of one case; without an ``execution`` it could not begin."""

    name: str
    flaws: Sequence[Flaw]
    end: str = ""
    execution: str | None = None
    duration_ms: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.flaws

    def as_json(self) -> dict[str, Any]:
        """Render for REST, in camelCase."""
        return {
            "name": self.name,
            "passed": self.passed,
            "end": self.end or None,
            "executionId": self.execution,
            "durationMs": self.duration_ms,
            "flaws": [flaw.as_json() for flaw in self.flaws],
        }


@dataclass(frozen=True, slots=True)
class FlowTested:
    """The results of a version's cases, and what they covered of it."""

    flow: str
    version: str
    cases: Sequence[CaseResult]
    coverage: Coverage

    @property
    def passed(self) -> bool:
        """Whether every case passed."""
        return all(case.passed for case in self.cases)

    def as_json(self) -> dict[str, Any]:
        """Render for REST, in camelCase."""
        return {
            "flowId": self.flow,
            "version": self.version,
            "passed": self.passed,
            "cases": [case.as_json() for case in self.cases],
            "coverage": self.coverage.as_json(),
        }


def run_tests(
    world: World, actor: Principal, flow_id: str, version: str = DRAFT, names: Sequence[str] = ()
) -> FlowTested:
    """Run the cases of a version (as named in :func:`~.get_flow.get_flow`), one after the other, or those
    that are named, and wait for them. Each is an execution like any other, and counts as one.

    The verdicts are kept, for :mod:`engine.usecases.last_results`.
    Raises :class:`UnknownObject` for a flow, version or case that is not there, :class:`QuotaExceeded` where
    the subnet tests too many flows already, and whatever keeps the actor from starting the flow.
    """
    require(world, actor, "executions:write", f"flows/{flow_id}", "flow.start")
    flow = view(world, actor.subnet, flow_id, version).flow
    run = _Run(world, actor, world.plans.get(actor.subnet, flow.version))
    with world.quotas.testing(actor.subnet):
        results = [run.result(case) for case in _chosen(flow, names)]
    world.case_runs.put(actor.subnet, flow_id, [run.remembered(one) for one in results])
    return FlowTested(flow_id, flow.version, results, coverage_of(run.plan, run.seen))


def require_passing(world: World, actor: Principal, flow: Flow) -> None:
    """Run all tests of a version; raises :class:`InvalidInput` with what failed, or if there are none."""
    if not flow.tests:
        raise InvalidInput(f"the tests of flow {flow.id!r} must pass before it is published", [NO_TESTS])
    report = run_tests(world, actor, flow.id, flow.version)
    problems = [
        Problem(f"tests[{number}]", f"{case.name}: {flaw.message}", "test_failed")
        for number, case in enumerate(report.cases)
        for flaw in case.flaws
    ]
    if problems:
        raise InvalidInput(f"flow {flow.id!r} cannot be published before its tests pass", problems)


def _chosen(flow: Flow, names: Sequence[str]) -> list[Case]:
    cases = cases_of(flow)
    missing = [name for name in names if name not in {case.name for case in cases}]
    if missing:
        raise UnknownObject(f"flow {flow.id!r} has no test {missing[0]!r}")
    return [case for case in cases if not names or case.name in names]


class _Run:
    """The cases of one version, one after the other, within ``CASES_MS_MAX``."""

    def __init__(self, world: World, actor: Principal, plan: Plan) -> None:
        self._world, self._actor, self.plan = world, actor, plan
        self.seen: list[tuple[Case, ExecutionState]] = []
        self._until_us = world.clock.monotonic_us() + CASES_MS_MAX * 1000

    def result(self, case: Case) -> CaseResult:
        """Run and judge a case; what keeps it from running is its flaw."""
        if self._world.clock.monotonic_us() >= self._until_us:
            seconds = CASES_MS_MAX // 1000
            return CaseResult(case.name, [Flaw("start", f"the tests before it took longer than {seconds} s")])
        try:
            execution = self._execution(case)
            return self._judged(case, execution)
        except QflowError as error:
            return CaseResult(case.name, [Flaw("start", error.message)])

    def remembered(self, result: CaseResult) -> CaseRun:
        """What is kept of a result: not what the test got, which lies in the journal."""
        judged = {case.name: state.sequence for case, state in self.seen}
        return CaseRun(
            result.name,
            self.plan.flow.version,
            result.passed,
            self._world.clock.now_us(),
            end=result.end,
            execution=result.execution or "",
            sequence=judged.get(result.name, 0),
            duration_ms=result.duration_ms,
        )

    def _execution(self, case: Case) -> str:
        """Start it, and wait until it rests; what goes on then is stopped."""
        world, flow = self._world, self.plan.flow
        pins = flow.extra.get("pins")
        started = start_execution(
            world,
            self._actor,
            StartRequest(
                flow.id,
                [dict(item) for item in case.items],
                step=case.start,
                version=flow.version,
                mode=MODE,
                wait="rest",
                pins=_pins(self.plan, case, pins if isinstance(pins, Mapping) else {}),
                case=case.name,
            ),
        )
        self._await(started.execution, started.future)
        return started.execution

    def _await(self, execution: str, told: Future[Outcome] | None) -> None:
        waiting, left_s = told or Future(), self._time_s()
        while left_s > 0:
            wait([waiting], min(LOOK_EVERY_S, left_s))
            left_s -= LOOK_EVERY_S
            if waiting.done() or _rests(self._header(execution), self._world, left_s):
                return

    def _header(self, execution: str) -> Header | None:
        try:
            return self._world.journal.header(execution)
        except UnknownObject:  # its first commit is still to come
            return None

    def _time_s(self) -> float:
        left_s = (self._until_us - self._world.clock.monotonic_us()) / 1e6
        return max(0.0, min(CASE_MS_MAX / 1000, left_s))

    def _judged(self, case: Case, execution: str) -> CaseResult:
        world = self._world
        header = world.journal.header(execution)
        state = state_of(world, header)
        if not header.status.ended:
            post_signal(world, execution, "abort", {"reason": "its test is over"}, self._actor.id)
        self.seen.append((case, state))
        judge = Judge(world.worker.services, self.plan, case, state, execution)
        flaws = judge.flaws(world.policy.of(self._actor.subnet))
        took = ((header.ended_us or header.updated_us) - header.created_us) / 1000
        return CaseResult(case.name, flaws, str(header.status), execution, round(took, 3))


def _pins(plan: Plan, case: Case, pins: Mapping[str, Any]) -> dict[str, Any]:
    """The flow's pins, but for steps that the case mocks, lets act, or gives items to start with."""
    begins = (case.start,) if case.start else plan.triggers
    own = {*case.mocks, *case.allow, *(begins if case.items else ())}
    return {step: items for step, items in pins.items() if step not in own}


def _rests(header: Header | None, world: World, left_s: float) -> bool:
    """Whether it has ended, or waits for what will not come in time."""
    if header is None or not (header.status.ended or header.status is Status.WAITING):
        return False
    due_us = header.wake_us
    return header.status.ended or due_us is None or due_us > world.clock.now_us() + left_s * 1e6
