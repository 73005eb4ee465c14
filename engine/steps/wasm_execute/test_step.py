"""Tests of wasm.execute."""

from __future__ import annotations

import base64

import pytest

from engine.base.canonical import DAG_CBOR, RAW, encode
from engine.base.errors import InvalidInput, PolicyViolation, SandboxViolation, StepFailure, UnknownObject
from engine.base.limits import Limits
from engine.ports.policy import PERSONAL, Policy
from engine.testing.module_sandbox import ModuleSandbox, modules
from engine.testing.step_bench import HeldBlocks, StepBench, items_of, json_of

ADD = """(module (func (export "add") (param i32 i32) (result i32)
  (i32.add (local.get 0) (local.get 1))))"""
ECHO = """(module (memory (export "memory") 1)
  (func (export "alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "echo") (param i32 i32) (result i64)
    (i64.or (i64.shl (i64.extend_i32_u (local.get 0)) (i64.const 32)) (i64.extend_i32_u (local.get 1)))))"""
SPIN = '(module (func (export "f") (loop (br 0))))'
GROW = '(module (memory (export "memory") 1) (func (export "f") (result i32) (memory.grow (i32.const 3))))'


def bench(parameters, **options):
    return StepBench("wasm.execute", parameters, sandbox=ModuleSandbox(), **options)


def results(parameters, *given, **options):
    return [
        found["result"]
        for found in json_of(bench(parameters, **options).run(items_of(*given)).outputs["main"])
    ]


def test_each_item_is_one_call_with_its_own_arguments():
    step = bench(lambda item, _: {"wat": ADD, "function": "add", "args": [item["json"]["a"], 1]})
    result = step.run(items_of({"a": 1}, {"a": 41}))
    assert json_of(result.outputs["main"]) == [{"result": 2}, {"result": 42}]


def test_the_receipt_gets_the_fuel_and_the_modules_cid():
    wasm = modules().assemble(ADD)
    result = bench({"wat": ADD, "function": "add", "args": [1, 2]}).run(items_of({}))
    twice = bench({"wat": ADD, "function": "add", "args": [1, 2]}).run(items_of({}, {}))
    assert result.code == modules().validate(wasm).cid
    assert result.usage.fuel > 0
    assert twice.usage.fuel == 2 * result.usage.fuel


def test_several_modules_have_a_code_of_their_own():
    step = bench(lambda _, index: {"wat": ADD + " " * index + ";; x", "function": "add", "args": [1, 2]})
    same = step.run(items_of({}, {})).code
    mixed = bench(lambda _, n: {"wat": (ADD, GROW)[n], "function": ("add", "f")[n], "args": ([1, 2], [])[n]})
    assert same == bench({"wat": ADD, "function": "add", "args": [1, 2]}).run(items_of({})).code
    assert mixed.run(items_of({}, {})).code not in {"", same}


def test_a_function_that_takes_json_gets_the_item_where_no_arguments_are_given():
    assert results({"wat": ECHO, "function": "echo"}, {"a": [1, "ü"]}) == [{"a": [1, "ü"]}]
    assert results({"wat": ECHO, "function": "echo", "args": "x"}, {"a": 1}) == ["x"]
    assert results({"wat": ECHO, "function": "echo", "input": {"b": 2}}, {"a": 1}) == [{"b": 2}]


def test_bytes_in_base64_and_blocks_are_the_same_module():
    wasm, blocks = modules().assemble(ADD), HeldBlocks()
    cid = blocks.put(wasm, RAW)
    given = {"function": "add", "args": [2, 3]}
    assert results({"wasm": base64.b64encode(wasm).decode(), **given}, {}) == [5]
    assert results({"module": cid, **given}, {}, blocks=blocks) == [5]


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"function": "f"}, "exactly one"),
        ({"wat": ADD, "wasm": "", "function": "f"}, "exactly one"),
        ({"wat": ADD, "function": "add", "args": [1], "input": [2]}, "mean the same"),
        ({"wat": "(module", "function": "f"}, "not valid"),
        ({"wasm": "?", "function": "f"}, "base64"),
        ({"wasm": "AAAA", "function": "f"}, "refused"),
        ({"module": "crypto_hash.wasm", "function": "f"}, "no CID"),
        ({"wat": ADD, "function": "sub"}, "no function 'sub'"),
        ({"wat": ADD, "function": "add", "args": [1, "x"]}, "no integer"),
        ({"wat": ADD, "function": ""}, "no function '_start'"),
        ({"wat": ADD, "function": "add", "memoryPages": 0}, "greater than"),
    ],
)
def test_wrong_parameters_are_told(parameters, says):
    with pytest.raises(InvalidInput) as caught:
        results(parameters, {})
    assert says in str(caught.value)


def test_a_module_that_is_not_in_the_subnet_is_unknown():
    with pytest.raises(UnknownObject):
        results({"module": "b" + "a" * 58, "function": "f"}, {})


def test_a_block_of_data_is_no_module():
    blocks = HeldBlocks()
    with pytest.raises(InvalidInput, match="holds data"):
        results({"module": blocks.put(encode({}), DAG_CBOR), "function": "f"}, {}, blocks=blocks)


@pytest.mark.parametrize("name", ["memoryPages", "memory_pages"])
def test_memory_is_bounded_by_pages(name):
    assert results({"wat": GROW, "function": "f", name: 3}, {}) == [-1]
    assert results({"wat": GROW, "function": "f", name: 4}, {}) == [1]


def test_the_policys_limits_hold():
    policy = Policy(PERSONAL, limits=Limits(sandbox_memory_bytes_max=2 * 65536, sandbox_deadline_ms=20))
    assert results({"wat": GROW, "function": "f", "memoryPages": 100}, {}, policy=policy) == [-1]
    with pytest.raises(SandboxViolation, match="20 ms"):
        results({"wat": SPIN, "function": "f"}, {}, policy=policy)


@pytest.mark.parametrize("code", ["none", "approved-only"])
def test_a_policy_may_refuse_the_code(code):
    with pytest.raises(PolicyViolation, match="bafkrei"):
        results({"wat": ADD, "function": "add", "args": [1, 2]}, {}, policy=Policy(PERSONAL, code=code))


def test_without_items_nothing_runs():
    assert results({"wat": SPIN, "function": "f"}) == []


def test_a_node_without_such_a_sandbox_says_so():
    with pytest.raises(StepFailure, match="no sandbox for modules"):
        StepBench("wasm.execute", {"wat": ADD, "function": "add"}).run(items_of({}))
