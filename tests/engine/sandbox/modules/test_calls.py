"""Tests of calls: numbers, documents, WASI commands."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.base.errors import InvalidInput, PolicyViolation, StepFailure
from engine.ports.policy import PERSONAL, Policy
from engine.ports.sandbox import Determinism
from engine.sandbox.modules import WasmModules
from tests.engine.sandbox.modules.support import ANY, CHANCE, ECHO, LIMITS, call, modules, wasi


def same(kind: str) -> str:
    return f'(module (func (export "same") (param {kind}) (result {kind}) local.get 0))'


def test_numbers_go_in_and_come_out():
    add = '(module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))'
    assert call(add, "add", [40, 2]) == 42


def test_a_function_may_give_nothing_or_several_values():
    assert call('(module (func (export "f")))', "f") is None
    pair = '(module (func (export "f") (result i32 i64) (i32.const 1) (i64.const 2)))'
    assert call(pair, "f") == [1, 2]


@pytest.mark.parametrize(
    ("kind", "value", "back"),
    [
        ("i32", 2**32 - 1, -1),
        ("i32", -(2**31), -(2**31)),
        ("i32", 5.0, 5),
        ("i64", 2**53 - 1, 2**53 - 1),
        ("i64", 2**53, str(2**53)),
        ("i64", str(-(2**63)), str(-(2**63))),
        ("i64", 2**64 - 1, -1),
        ("i64", str(2**63 - 1), str(2**63 - 1)),
        ("f32", 0.5, 0.5),
        ("f64", "NaN", "NaN"),
        ("f64", "Infinity", "Infinity"),
        ("f32", "-Infinity", "-Infinity"),
        ("f64", 7, 7.0),
    ],
)
def test_extremes_survive(kind, value, back):
    assert call(same(kind), "same", [value]) == back


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("i32", 2**32),
        ("i32", -(2**31) - 1),
        ("i32", 1.5),
        ("i32", True),
        ("i32", None),
        ("i32", "x"),
        ("i64", 2**64),
        ("i64", "9" * 5000),
        ("i64", [1]),
        ("f64", "1.0"),
        ("f64", {}),
        ("f64", 10**400),
        ("f32", 1e39),
        ("v128", 1),
        ("externref", 1),
    ],
)
def test_wrong_arguments_are_told(kind, value):
    with pytest.raises(InvalidInput) as caught:
        call(same(kind), "same", [value])
    assert caught.value.problems[0].path == "args[0]"


@pytest.mark.parametrize("arguments", [[], [1, 2], {"a": 1}, None])
def test_as_many_arguments_as_parameters_are_needed(arguments):
    with pytest.raises(InvalidInput, match="args"):
        call(same("i32"), "same", arguments)


def test_a_missing_function_is_told_with_those_there_are():
    with pytest.raises(InvalidInput, match="no function 'sum'; it offers same"):
        call(same("i32"), "sum", [1])


def test_results_that_json_cannot_hold_are_refused():
    with pytest.raises(InvalidInput, match="funcref"):
        call('(module (func (export "f") (result funcref) (ref.null func)))', "f")


@given(st.floats(width=64) | st.floats(width=32))
def test_every_float_survives_or_is_named(value):
    back = call(same("f64"), "same", [value if math.isfinite(value) else "NaN"])
    assert back == (value if math.isfinite(value) else "NaN")


def test_nan_has_the_same_bits_everywhere():
    divide = """(module (func (export "bits") (result i64)
      (i64.reinterpret_f64 (f64.div (f64.const 0) (f64.const 0)))))"""
    bits = int(call(divide, "bits"))
    assert struct.pack("<q", bits) == struct.pack("<Q", 0x7FF8000000000000)


documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab"), inner, max_size=4),
    max_leaves=10,
)


@given(documents)
@settings(deadline=None)
def test_a_document_goes_through_the_memory_unchanged(document):
    assert call(ECHO, "echo", document) == document


def test_a_document_may_be_forced_to_be_numbers():
    assert call(ECHO, "echo", [3, 5], "numbers") == (3 << 32) + 5


def test_a_function_that_does_not_speak_json_is_told():
    with pytest.raises(InvalidInput, match="does not speak JSON"):
        call(same("i32"), "same", {}, "json")


def test_an_answer_that_is_no_json_is_a_failure_of_the_step():
    wat = ECHO.replace('"echo"', '"other"').replace(
        "(global $next",
        '(data (i32.const 0) "hello")(func (export "echo") (param i32 i32) (result i64)'
        " (i64.const 5)) (global $next",
    )
    with pytest.raises(StepFailure, match=r"not JSON.*hello"):
        call(wat, "echo", {})


def test_an_empty_answer_is_null():
    wat = ECHO.replace('"echo"', '"other"').replace(
        "(global $next", '(func (export "echo") (param i32 i32) (result i64) (i64.const 0)) (global $next'
    )
    assert call(wat, "echo", {}) is None


COPY = wasi(
    """(i32.store (i32.const 0) (i32.const 64)) (i32.store (i32.const 4) (i32.const 60000))
       (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 4)))
       (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))""",
    "fd_read fd_write",
)


@given(documents)
@settings(deadline=None, max_examples=30)
def test_a_command_reads_and_writes_one_document(document):
    assert call(COPY, "", document) == document


@pytest.mark.parametrize("code", [1, 255, 2**31])
def test_an_exit_code_is_a_failure_of_the_step(code):
    wat = wasi(f"(call $proc_exit (i32.const {code})) (unreachable)", "proc_exit")
    with pytest.raises(StepFailure, match=f"exit code {code}"):
        call(wat)


def test_exit_code_zero_is_no_failure():
    assert call(wasi("(call $proc_exit (i32.const 0)) (loop (br 0))", "proc_exit")) is None


def test_a_command_runs_once_for_an_instance():
    module = modules().load(modules().assemble(wasi("")), ANY)
    with modules().session(module, LIMITS, CHANCE) as session:
        session.call("", None)
        with pytest.raises(InvalidInput, match="once"):
            session.call("", None)


def world_of(wat: str, seed: bytes = b"seed") -> bytes:
    """What the module left in the first 64 bytes of its memory."""
    module = modules().load(modules().assemble(wat), ANY)
    with modules().session(module, LIMITS, Determinism(1_000_000, seed)) as session:
        session.call("", None)
        return session.read(0, 64)


DRAW = wasi("(drop (call $random_get (i32.const 0) (i32.const 64)))", "random_get")


def test_chance_comes_from_the_seed_alone():
    assert world_of(DRAW) == world_of(DRAW)
    assert world_of(DRAW) != world_of(DRAW, b"other")


def test_the_clock_is_the_steps_and_moves_only_when_it_is_read():
    read = "(drop (call $clock_time_get (i32.const 0) (i64.const 0) (i32.const {})))"
    memory = world_of(wasi(read.format(0) + read.format(8), "clock_time_get"))
    assert struct.unpack("<QQ", memory[:16]) == (1_000_000_000, 1_000_001_000)


def test_there_are_no_arguments_no_environment_and_no_files():
    body = """(i32.store (i32.const 0) (call $environ_sizes_get (i32.const 16) (i32.const 20)))
      (i32.store (i32.const 4) (call $args_sizes_get (i32.const 24) (i32.const 28)))
      (i32.store (i32.const 8) (call $fd_prestat_get (i32.const 3) (i32.const 32)))
      (i32.store (i32.const 12) (call $path_open (i32.const 3) (i32.const 0) (i32.const 40) (i32.const 1)
        (i32.const 0) (i64.const -1) (i64.const -1) (i32.const 0) (i32.const 32)))"""
    more = '(data (i32.const 16) "\\ff\\ff\\ff\\ff\\ff\\ff\\ff\\ff\\ff\\ff\\ff\\ff\\ff\\ff\\ff\\ff")'
    memory = world_of(wasi(body, "environ_sizes_get args_sizes_get fd_prestat_get path_open", more))
    assert struct.unpack("<8I", memory[:32]) == (0, 0, 8, 76, 0, 0, 0, 0)


def test_what_a_module_says_on_standard_error_is_kept():
    more = '(data (i32.const 0) "\\08\\00\\00\\00\\06\\00\\00\\00hello\\n")'
    wat = wasi(
        "(drop (call $fd_write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 40)))", "fd_write", more
    )
    module = modules().load(modules().assemble(wat), ANY)
    with modules().session(module, LIMITS, CHANCE) as session:
        assert session.call("", None) is None
        assert session.logs() == ["hello"]
        assert session.usage().host_calls == 1


def test_usage_is_the_same_for_the_same_work():
    wat = '(module (memory (export "memory") 3) (func (export "f") (loop)))'
    module = modules().load(modules().assemble(wat), ANY)
    used = []
    for _ in range(2):
        with modules().session(module, LIMITS, CHANCE) as session:
            session.call("f", [])
            used.append((session.usage().fuel, session.usage().memory_bytes))
    assert used[0] == used[1]
    assert used[0][0] > 0
    assert used[0][1] == 3 * 65536


def test_a_reactor_is_initialized_first():
    wat = """(module (global $g (mut i32) (i32.const 1))
      (func (export "_initialize") (global.set $g (i32.const 9)))
      (func (export "f") (result i32) (global.get $g)))"""
    assert call(wat, "f") == 9


def test_each_instance_is_fresh():
    wat = """(module (global $g (mut i32) (i32.const 0)) (func (export "f") (result i32)
      (global.set $g (i32.add (global.get $g) (i32.const 1))) (global.get $g)))"""
    assert [call(wat, "f"), call(wat, "f")] == [1, 1]


@pytest.mark.parametrize(("code", "says"), [("none", "no code"), ("approved-only", "not approved")])
def test_a_policy_that_does_not_allow_the_code_is_named_with_its_cid(code, says):
    wasm = modules().assemble(same("i32"))
    modules().load(wasm, ANY)
    with pytest.raises(PolicyViolation, match=says) as caught:
        modules().load(wasm, Policy("acme", code=code))
    assert modules().validate(wasm).cid in caught.value.message
    assert "acme" in caught.value.message


def test_compiled_modules_are_kept_on_disk(tmp_path):
    first = WasmModules(tmp_path / "cache", bytes(32))
    wasm = first.assemble(same("i64"))
    cid = first.load(wasm, Policy(PERSONAL)).cid
    files = list((tmp_path / "cache").glob("*.cwasm"))
    assert [path.name.startswith(cid) for path in files] == [True]
    written = files[0].stat().st_ino
    again = WasmModules(tmp_path / "cache", bytes(32))
    module = again.load(wasm, Policy(PERSONAL))
    assert files[0].stat().st_ino == written
    with again.session(module, LIMITS, CHANCE) as session:
        assert session.call("same", [7]) == 7


def test_text_that_is_no_module_is_told_with_line_and_column():
    with pytest.raises(InvalidInput, match="2:"):
        modules().assemble("(module\n (func (exportt)))")
