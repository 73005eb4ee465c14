"""One execution whose guest never yields, and others of the same node meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from engine.base.limits import Limits
from engine.dispatch.clock import SystemClock
from engine.journal.facts import StepFailed
from engine.ports.policy import PERSONAL, Policy
from engine.ports.sandbox import CodeRequest, CodeResult, HostCalls, SandboxLimits
from engine.ports.step_catalogue import Item
from engine.sandbox.wasm_sandbox import WasmSandbox
from engine.steps.registry import Registry
from engine.testing.policies import FixedPolicies
from engine.testing.world import ALICE, fake_world
from engine.usecases.create_flow import create_flow
from engine.usecases.start_execution import Started, StartRequest, start_execution
from engine.usecases.world import World

DEADLINE_MS = 2_000
SPIN = "for (;;) {}"
WORK = "return items.map(({ json }) => ({ json: { n: json.n * 2 } }))"


class Watched:
    """The real sandbox; tells when the code that never ends is handed to it."""

    def __init__(self, sandbox: WasmSandbox) -> None:
        self._sandbox = sandbox
        self.spins = threading.Event()

    def run_code(
        self, request: CodeRequest, limits: SandboxLimits, host: HostCalls | None = None
    ) -> CodeResult:
        """Pass it on."""
        if request.source == SPIN:
            self.spins.set()
        return self._sandbox.run_code(request, limits, host)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sandbox, name)


@pytest.fixture
def watched(sandbox: WasmSandbox) -> Watched:
    return Watched(sandbox)


@pytest.fixture
def world(watched: Watched) -> Iterator[World]:
    limits = Limits(sandbox_deadline_ms=DEADLINE_MS)
    made: Any = fake_world(
        Registry(),
        SystemClock(),
        sandbox=watched,  # type: ignore[arg-type]
        policies=FixedPolicies(Policy(PERSONAL, limits=limits)),
        limits=limits,
    )
    yield made
    made.worker.stop(5)


def begun(world: World, flow: str, source: str, items: list[Item]) -> Started:
    steps = [{"id": "code", "action": "code.javascript", "params": {"code": source}}]
    if flow not in {record.id for record in world.flows.list(PERSONAL)}:
        create_flow(world, ALICE, {"id": flow, "name": flow, "steps": steps})
    return start_execution(world, ALICE, StartRequest(flow, items, mode="manual", wait="end"))


def outcome_of(started: Started) -> Any:
    assert started.future is not None
    return started.future.result(300)


def ended_us(world: World, execution: str) -> int:
    """When the last entry of its journal was made."""
    return list(world.journal.entries(execution, 0, 1_000))[-1].fact.at_us


@pytest.mark.escape(
    "Exhaustion: a guest that never yields, beside others",
    "CWE-835",
    outcome="stopped at its deadline; another execution completes meanwhile",
)
def test_others_complete_while_one_execution_never_yields(world: World, watched: Watched) -> None:
    items: list[Item] = [{"json": {"n": n}} for n in range(10)]
    outcome_of(begun(world, "work", WORK, items))  # the first call makes the guest ready
    with ThreadPoolExecutor(1) as aside:
        spinning = aside.submit(begun, world, "spin", SPIN, [{"json": {}}])
        assert watched.spins.wait(60)
        others = [begun(world, "work", WORK, items) for _ in range(5)]
        assert [outcome_of(one).kind for one in others] == ["completed"] * 5
        stuck = spinning.result(60)
    stopped = outcome_of(stuck)
    assert (stopped.kind, stopped.error.code) == ("failed", "sandbox_violation")
    (failed,) = [
        e.fact for e in world.journal.entries(stuck.execution, 0, 99) if isinstance(e.fact, StepFailed)
    ]
    assert failed.at_us - failed.started_us >= DEADLINE_MS * 1_000
    assert min(ended_us(world, one.execution) for one in others) < failed.at_us
