"""Tests of wasm.streaming."""

from __future__ import annotations

import pytest

from engine.base.errors import InvalidInput, SandboxViolation, StepCancelled
from engine.testing.module_sandbox import ModuleSandbox
from engine.testing.step_bench import StepBench, items_of, json_of

SUM = """(module (global $sum (mut f64) (f64.const 0))
  (func (export "add") (param f64) (result f64)
    (global.set $sum (f64.add (global.get $sum) (local.get 0))) (global.get $sum))
  (func (export "total") (result f64) (global.get $sum)))"""
ECHO = """(module (memory (export "memory") 1)
  (func (export "alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "echo") (param i32 i32) (result i64)
    (i64.or (i64.shl (i64.extend_i32_u (local.get 0)) (i64.const 32)) (i64.extend_i32_u (local.get 1)))))"""


def bench(**parameters):
    def given(item, index):
        return {**parameters, "args": [item["json"]["n"]]} if "n" in item["json"] else parameters

    return StepBench("wasm.streaming", given, sandbox=ModuleSandbox())


def results(result):
    return [found["result"] for found in json_of(result.outputs["main"])]


def test_the_instance_remembers_from_item_to_item():
    step = bench(wat=SUM, function="add")
    assert results(step.run(items_of({"n": 1}, {"n": 2}, {"n": 3}))) == [1.0, 3.0, 6.0]


def test_each_run_begins_with_a_fresh_instance():
    step = bench(wat=SUM, function="add")
    assert results(step.run(items_of({"n": 1}))) == results(step.run(items_of({"n": 1})))


def test_a_last_call_may_give_one_more_item():
    result = bench(wat=SUM, function="add", finish="total").run(items_of({"n": 1}, {"n": 2}))
    assert results(result) == [1.0, 3.0, 3.0]
    assert result.outputs["main"][-1]["pairedItem"] == {"item": 1}


def test_documents_are_streamed_as_well():
    assert results(bench(wat=ECHO, function="echo").run(items_of({"a": 1}, {"b": [2]}))) == [
        {"a": 1},
        {"b": [2]},
    ]


def test_fuel_and_code_are_those_of_the_whole_stream():
    one = bench(wat=SUM, function="add").run(items_of({"n": 1}))
    two = bench(wat=SUM, function="add").run(items_of({"n": 1}, {"n": 1}))
    assert 0 < one.usage.fuel < two.usage.fuel
    assert one.code == two.code != ""


def test_without_items_nothing_is_opened():
    assert results(bench(wat="(", function="f").run([])) == []


def test_a_trap_in_one_item_ends_the_stream():
    wat = '(module (func (export "f") (param i32) (result i32) (i32.div_u (i32.const 6) (local.get 0))))'
    with pytest.raises(SandboxViolation, match="division by zero"):
        bench(wat=wat, function="f").run(items_of({"n": 3}, {"n": 0}, {"n": 2}))


def test_a_command_cannot_be_streamed_through():
    with pytest.raises(InvalidInput, match="once"):
        bench(wat='(module (func (export "_start")))', function="_start").run(items_of({}, {}))


def test_a_cancelled_stream_takes_no_further_item():
    step = bench(wat=SUM, function="add")
    step.cancellation.cancel()
    with pytest.raises(StepCancelled):
        step.run(items_of({"n": 1}))
