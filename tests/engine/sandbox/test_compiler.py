"""Modules are compiled in a process of their own, which is stopped at its limits."""

from __future__ import annotations

import os
import sys

import pytest
import wasmtime

from engine.base.limits import MODULE_COMPILED_HERE_BYTES_MAX
from engine.ports.policy import Policy
from engine.ports.sandbox import Determinism, SandboxLimits
from engine.sandbox import compiler
from engine.sandbox.compiler import NotCompiled, compile_apart, modules_engine
from engine.sandbox.modules import WasmModules, machine

SEVEN = '(module (func (export "f") (result i32) i32.const 7))'
MANY = "(module " + "".join(f'(func (export "f{n}") (param i32))' for n in range(40_000)) + ")"


def wasm(text: str) -> bytes:
    return bytes(wasmtime.wat2wasm(text))


def test_what_the_other_process_compiles_runs_here():
    engine = modules_engine()
    module = wasmtime.Module.deserialize(engine, compile_apart(wasm(SEVEN)))
    store = wasmtime.Store(engine)
    store.set_fuel(1000)
    store.set_epoch_deadline(1)
    assert wasmtime.Instance(store, module, []).exports(store)["f"](store) == 7


def test_what_is_no_module_is_told_as_such():
    with pytest.raises(NotCompiled, match="expected"):
        compile_apart(b"hello")


@pytest.mark.escape(
    "Modules: compile bombs",
    "CWE-407",
    outcome="stopped in a process of its own",
)
def test_a_module_that_takes_too_long_to_compile_is_given_up():
    with pytest.raises(NotCompiled, match="more than 1 s or"):
        compile_apart(wasm(MANY), seconds_max=1)


def test_a_module_that_takes_too_much_memory_to_compile_is_given_up():
    with pytest.raises(NotCompiled, match="64 MiB"):
        compile_apart(wasm(MANY), memory_bytes_max=64 << 20)


def test_the_compiler_does_not_see_the_nodes_environment(monkeypatch):
    monkeypatch.setenv("QFLOW_SECRET_KEY", "secret")
    program = "import os, sys; sys.stderr.write(','.join(sorted(os.environ))); sys.exit(3)"
    monkeypatch.setattr(compiler, "_PROGRAM", program)
    with pytest.raises(NotCompiled) as caught:
        compile_apart(b"")
    assert "QFLOW_SECRET_KEY" not in str(caught.value)
    assert os.environ["QFLOW_SECRET_KEY"] == "secret"
    assert sys.executable


def test_large_modules_are_compiled_apart_and_small_ones_here(monkeypatch):
    apart = []
    monkeypatch.setattr(
        machine, "compile_apart", lambda given: apart.append(len(given)) or compile_apart(given)
    )
    modules = WasmModules()
    large = wasm(SEVEN.replace("(func", f'(memory 1) (data (i32.const 0) "{"x" * 9_000}") (func'))
    for given in (wasm(SEVEN), large, large):
        loaded = modules.load(given, Policy("acme"))
        with modules.session(loaded, SandboxLimits(), Determinism(0)) as session:
            assert session.call("f", []) == 7
    assert apart == [len(large)]
    assert len(wasm(SEVEN)) < MODULE_COMPILED_HERE_BYTES_MAX < len(large)


def test_compiled_modules_in_memory_are_bounded_in_bytes(monkeypatch):
    monkeypatch.setattr(machine, "MODULES_COMPILED_BYTES_MAX", 40_000)
    made = machine.Machine()
    for number in range(6):
        given = wasm(SEVEN.replace("7", str(number)))
        made.compiled(str(number), given)
    assert list(made._kept) == ["4", "5"]
    assert made._kept_bytes() < 40_000
