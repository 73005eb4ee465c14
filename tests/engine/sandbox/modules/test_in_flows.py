"""Modules in whole flows: the examples run, and receipts name what ran and what it used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.base.limits import Limits
from engine.dispatch.clock import SystemClock
from engine.journal.facts import StepCompleted
from engine.steps.registry import Registry
from engine.testing.module_sandbox import ModuleSandbox
from engine.testing.world import ALICE, fake_world
from engine.usecases.start_execution import StartRequest, start_execution
from engine.usecases.validate_flow import parsed
from engine.usecases.world import World

EXAMPLES = Path(__file__).parents[4] / "examples"


@pytest.fixture
def world() -> Iterator[World]:
    """A world on fakes whose sandbox runs modules."""
    made = fake_world(Registry(), SystemClock(), sandbox=ModuleSandbox())
    yield made
    made.worker.stop(1)


def run(world: World, name: str) -> tuple[list[Any], dict[str, StepCompleted]]:
    """What an example gives, and the receipts of its steps."""
    flow = parsed((EXAMPLES / name).read_bytes(), Registry(), Limits()).flow
    assert flow is not None
    world.flows.create("personal", flow, "alice", "", 1)
    world.flows.publish("personal", flow.id, flow.version, (), {}, 1)
    started = start_execution(world, ALICE, StartRequest(flow.id, [{"json": {}}], wait="end"))
    outcome = started.future.result(20)
    assert outcome.kind == "completed", outcome
    facts = [entry.fact for entry in world.journal.load(started.execution)[1]]
    receipts = {fact.step: fact for fact in facts if isinstance(fact, StepCompleted)}
    return [item["json"] for item in outcome.items], receipts


def test_numbers_pass_through_a_flow_and_receipts_carry_fuel_and_code(world: World) -> None:
    items, receipts = run(world, "wasm-numbers.yaml")
    assert items == [{"result": 6.0}, {"result": 27.0}, {"result": 28.0}]
    for step in ("divisor", "sum"):
        assert receipts[step].fuel > 0
        assert receipts[step].code.startswith("bafkrei")
    assert receipts["divisor"].code != receipts["sum"].code


def test_a_module_is_stored_by_one_step_and_run_by_the_next(world: World) -> None:
    items, receipts = run(world, "wasm-json.yaml")
    assert items == [{"result": {"GREETING": "HELLO", "TO": ["WORLD"]}}]
    assert receipts["load"].code == receipts["shout"].code
    assert receipts["load"].fuel == 0 < receipts["shout"].fuel


def test_the_same_flow_gives_the_same_outputs_and_fuel_again() -> None:
    receipts = []
    for _ in range(2):
        world = fake_world(Registry(), SystemClock(), sandbox=ModuleSandbox())
        receipts.append(run(world, "wasm-numbers.yaml")[1])
        world.worker.stop(1)
    for step in ("divisor", "sum"):
        assert receipts[0][step].output_cid == receipts[1][step].output_cid
        assert receipts[0][step].fuel == receipts[1][step].fuel
