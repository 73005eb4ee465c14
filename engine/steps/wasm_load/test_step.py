"""Tests of wasm.load."""

from __future__ import annotations

import pytest

from engine.base.errors import InvalidInput, PolicyViolation
from engine.ports.policy import PERSONAL, Policy
from engine.testing.module_sandbox import ModuleSandbox, modules
from engine.testing.step_bench import HeldBlocks, StepBench, items_of, json_of

DOUBLE = '(module (func (export "double") (param f64) (result f64) (f64.add (local.get 0) (local.get 0))))'


def load(blocks, wat=DOUBLE, **options):
    step = StepBench("wasm.load", {"wat": wat}, sandbox=ModuleSandbox(), blocks=blocks, **options)
    return step.run(items_of({}))


def test_a_module_is_stored_as_a_block_under_its_cid():
    blocks = HeldBlocks()
    result = load(blocks)
    [found] = json_of(result.outputs["main"])
    assert blocks.held == {found["cid"]: modules().assemble(DOUBLE)}
    assert result.code == found["cid"]
    assert found["risk"] == "low"
    assert found["exports"] == ["double(f64) -> (f64)"]
    assert found["imports"] == []
    assert found["report"]["functions"] == 1
    assert found["text"].startswith(found["cid"])


def test_a_stored_module_runs_by_its_cid_and_may_be_examined_again():
    blocks = HeldBlocks()
    cid = json_of(load(blocks).outputs["main"])[0]["cid"]
    given = {"module": cid, "function": "double", "args": [21]}
    step = StepBench("wasm.execute", given, sandbox=ModuleSandbox(), blocks=blocks)
    assert json_of(step.run(items_of({})).outputs["main"]) == [{"result": 42.0}]
    again = StepBench("wasm.load", {"module": cid}, sandbox=ModuleSandbox(), blocks=blocks).run(items_of({}))
    assert json_of(again.outputs["main"])[0]["cid"] == cid


def test_a_refused_module_is_not_stored():
    blocks = HeldBlocks()
    with pytest.raises(InvalidInput, match=r"env\.system"):
        load(blocks, '(module (import "env" "system" (func)))')
    assert blocks.held == {}


@pytest.mark.parametrize("code", ["none", "approved-only"])
def test_a_module_that_the_policy_forbids_is_not_stored(code):
    blocks = HeldBlocks()
    with pytest.raises(PolicyViolation):
        load(blocks, policy=Policy(PERSONAL, code=code))
    assert blocks.held == {}
