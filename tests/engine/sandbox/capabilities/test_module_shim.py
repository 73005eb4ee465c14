"""Modules of the subnet, called by guests behind their tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from engine.base.canonical import RAW
from engine.base.errors import CapabilityDenied, InvalidInput, PolicyViolation, UnknownObject
from engine.dispatch.clock import SystemClock
from engine.execution.cancellation import CancelToken
from engine.ports.capabilities import Surroundings
from engine.ports.grants import ModuleCapability
from engine.ports.policy import PERSONAL
from engine.sandbox.wasm_sandbox import WasmSandbox
from engine.steps.registry import Registry
from engine.testing.memory_blocks import MemoryBlocks
from engine.testing.policies import FixedPolicies
from engine.testing.step_bench import ClosedCircuits
from engine.testing.world import ALICE, fake_world
from engine.usecases.create_flow import create_flow
from engine.usecases.start_execution import StartRequest, start_execution
from tests.engine.sandbox.capabilities.bench import HOLDER, Bench

ADDS = """(module
  (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)
  (func (export "spin") (param i32) (result i32) (loop br 0) i32.const 0))"""
MAY_ADD = ModuleCapability(module="maths", actions=("add",))
ASK = {"module": "maths", "action": "add", "input": [2, 3]}


@pytest.fixture
def bench(sandbox: WasmSandbox) -> Bench:
    """A subnet whose policy names one module."""
    blocks = MemoryBlocks()
    cid = blocks.put(PERSONAL, sandbox.modules.assemble(ADDS), RAW)
    data = blocks.put(PERSONAL, b"no module", RAW)
    named = {"maths": cid, "broken": data}
    ceilings = (ModuleCapability(module="*"),)
    return Bench(ceilings=ceilings, modules=sandbox.modules, blocks=blocks, named=named, clock=SystemClock())


def test_a_module_answers_and_the_audit_knows(bench: Bench) -> None:
    with bench.open(MAY_ADD) as host:
        assert host.call("module", ASK) == {"output": 5}
    assert (bench.last.operation, bench.last.allowed) == ("module", True)
    assert bench.last.arguments == {"module": "maths", "action": "add", "bytes": 3}


def test_another_action_or_module_is_refused_and_not_run(bench: Bench) -> None:
    with bench.open(MAY_ADD) as host:
        for other in ({"action": "spin", "input": [1]}, {"module": "broken"}):
            with pytest.raises(CapabilityDenied):
                host.call("module", {**ASK, **other})
    assert not bench.last.allowed


def test_a_name_that_the_policy_does_not_give_is_told(bench: Bench) -> None:
    with bench.open(ModuleCapability(module="*")) as host:
        with pytest.raises(UnknownObject, match="it names: broken, maths"):
            host.call("module", {**ASK, "module": "qmail"})
        with pytest.raises(InvalidInput):
            host.call("module", {**ASK, "module": "broken"})
        with pytest.raises(InvalidInput):
            host.call("module", {**ASK, "module": "../maths"})
        with pytest.raises(InvalidInput):
            host.call("module", {**ASK, "path": "/"})


def test_a_module_passes_the_gate_for_code(bench: Bench) -> None:
    policy = replace(bench.policy, code="approved-only")
    around = Surroundings(HOLDER, policy, ClosedCircuits(), CancelToken(), 5_000)
    with bench.host.open(around, [MAY_ADD]) as host, pytest.raises(PolicyViolation, match="approved"):
        host.call("module", ASK)
    approved = replace(policy, approved=frozenset({bench.named["maths"]}))
    around = replace(around, policy=approved)
    with bench.host.open(around, [MAY_ADD]) as host:
        assert host.call("module", ASK) == {"output": 5}


CODE = {
    "code.javascript": "return { sum: await $helpers.callModule('maths', 'add', [2, 3]) }",
    "code.python": "return {'sum': call_module('maths', 'add', [2, 3])}",
}


@pytest.fixture
def run(bench: Bench, sandbox: WasmSandbox) -> Any:
    policies = FixedPolicies(bench.policy)
    world = fake_world(Registry(), SystemClock(), sandbox=sandbox, policies=policies, capabilities=bench.host)

    def go(action: str, code: str, *asked: dict[str, Any]) -> Any:
        params = {"code": code, "capabilities": list(asked)}
        create_flow(
            world, ALICE, {"id": "f", "name": "F", "steps": [{"id": "a", "action": action, "params": params}]}
        )
        started = start_execution(world, ALICE, StartRequest("f", mode="manual", wait="end"))
        assert started.future is not None
        return started.future.result(300)

    yield go
    world.worker.stop(1)


@pytest.mark.parametrize("action", CODE)
def test_code_calls_a_module_of_the_subnet(run: Callable[..., Any], action: str) -> None:
    asked = {"operation": "module", "module": "maths", "actions": ["add"]}
    outcome = run(action, CODE[action], asked)
    assert outcome.kind == "completed", outcome.error
    assert outcome.items[0]["json"] == {"sum": 5}


def test_code_without_the_capability_is_refused(run: Callable[..., Any]) -> None:
    asked = {"operation": "module", "module": "other"}
    outcome = run("code.javascript", CODE["code.javascript"], asked)
    assert outcome.error.code == "capability_denied"
