"""Modules, instances and their limits, with modules small enough to read."""

from __future__ import annotations

import threading
import time

import pytest
import wasmtime

from engine.base.errors import SandboxViolation
from engine.ports.sandbox import SandboxLimits
from engine.sandbox.runtime import Instance, Runtime
from engine.sandbox.wasm_image import sections, with_memory

PAGE = 65_536

SPIN = '(module (memory (export "memory") 1) (func (export "run") (loop (br 0))))'
ADD = """(module (memory (export "memory") 1)
    (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))"""
DEEP = '(module (memory (export "memory") 1) (func $f (export "run") (call $f)))'
GROW = """(module (memory (export "memory") 1)
    (func (export "grow") (param i32) (result i32) local.get 0 memory.grow))"""
ASK = """(module (import "qflow" "call" (func $call (param i32 i32) (result i32)))
    (import "qflow" "take" (func $take (param i32)))
    (memory (export "memory") 1) (data (i32.const 0) "ping")
    (func (export "ask") (result i32) (local $n i32)
        (local.set $n (call $call (i32.const 0) (i32.const 4)))
        (if (i32.ge_s (local.get $n) (i32.const 0)) (then (call $take (i32.const 100))))
        (local.get $n)))"""
COUNT = """(module (memory (export "memory") 1) (data (i32.const 8) "\\05")
    (func (export "next") (result i32)
        (i32.store8 (i32.const 8) (i32.add (i32.load8_u (i32.const 8)) (i32.const 1)))
        (i32.load8_u (i32.const 8))))"""


@pytest.fixture(scope="module")
def runtime() -> Runtime:
    return Runtime()


def opened(runtime: Runtime, text: str, limits: SandboxLimits | None = None, host=None):
    module = runtime.compile(bytes(wasmtime.wat2wasm(text)))
    return runtime.instance(module, limits or SandboxLimits(), host)


def violation(instance: Instance, name: str, *arguments: int) -> SandboxViolation:
    with pytest.raises(SandboxViolation) as raised:
        instance.call(name, *arguments)
    return raised.value


def test_a_function_gives_its_result_and_what_it_used(runtime):
    with opened(runtime, ADD) as instance:
        assert instance.call("add", 2, 3) == 5
        usage = instance.usage()
    assert 0 < usage.fuel < 100
    assert usage.memory_bytes == PAGE
    assert usage.wall_us > 0


def test_a_module_is_compiled_once(runtime):
    wasm = bytes(wasmtime.wat2wasm(ADD))
    assert runtime.compile(wasm) is runtime.compile(wasm)


@pytest.mark.escape(
    "Exhaustion: a guest that never yields",
    "CWE-835",
    outcome="stopped at its deadline; at least one time in eight less than 100 ms late",
)
def test_an_endless_loop_is_stopped_at_its_deadline(runtime):
    late = []
    for _ in range(8):  # a machine that is busy with others may be late itself, but not every time
        with opened(runtime, SPIN, SandboxLimits(deadline_ms=50)) as instance:
            started = time.monotonic()
            found = violation(instance, "run")
            late.append(time.monotonic() - started - 0.05)
        assert found.details["limit"] == "time"
        assert "50 ms" in found.message
        if late[-1] < 0.1:
            break
    assert min(late) < 0.1


def test_fuel_ends_what_the_clock_does_not(runtime):
    with opened(runtime, SPIN, SandboxLimits(fuel=10_000)) as instance:
        assert violation(instance, "run").details["limit"] == "fuel"


def test_endless_recursion_is_stopped(runtime):
    with opened(runtime, DEEP) as instance:
        assert violation(instance, "run").details["limit"] == "stack"


def test_memory_grows_to_its_limit_and_no_further(runtime):
    with opened(runtime, GROW, SandboxLimits(memory_bytes=4 * PAGE)) as instance:
        assert instance.call("grow", 3) == 1
        assert instance.call("grow", 1) == -1
        assert instance.usage().memory_bytes == 4 * PAGE


def test_a_module_that_starts_too_large_is_refused(runtime):
    with pytest.raises(SandboxViolation, match="does not start within its limits"):
        opened(runtime, GROW.replace("1)", "100)", 1), SandboxLimits(memory_bytes=PAGE)).__enter__()


def test_an_import_that_nobody_offers_is_refused(runtime):
    text = '(module (import "wasi_snapshot_preview1" "fd_write" (func)) (memory (export "memory") 1))'
    with pytest.raises(SandboxViolation, match="fd_write"):
        opened(runtime, text).__enter__()


def test_the_host_answers_where_there_is_one(runtime):
    with opened(runtime, ASK, host=lambda request: request + b" pong") as instance:
        assert instance.call("ask") == 9
        assert instance.read(100, 9) == b"ping pong"
        assert instance.usage().host_calls == 1
    with opened(runtime, ASK) as instance:
        assert instance.call("ask") == -1


def test_calls_of_the_host_are_counted_and_limited(runtime):
    with opened(runtime, ASK, SandboxLimits(host_calls=1), lambda request: b"") as instance:
        instance.call("ask")
        assert violation(instance, "ask").details["limit"] == "host_calls"


def test_a_guest_cannot_point_the_host_outside_its_memory(runtime):
    text = ASK.replace("(i32.const 0) (i32.const 4)", "(i32.const 65530) (i32.const 100)")
    with opened(runtime, text, host=lambda request: b"") as instance:
        assert violation(instance, "ask").details["limit"] == "trap"
    with opened(runtime, ADD) as instance:
        for at, size in ((PAGE, 1), (0, PAGE + 1), (-1, 1), (0, -1)):
            with pytest.raises(SandboxViolation):
                instance.read(at, size)
        with pytest.raises(SandboxViolation):
            instance.write(PAGE - 1, b"ab")


def test_a_start_function_that_spins_is_stopped(runtime):
    text = '(module (memory (export "memory") 1) (func $f (loop (br 0))) (start $f))'
    with pytest.raises(SandboxViolation, match="deadline"):
        opened(runtime, text, SandboxLimits(deadline_ms=30)).__enter__()


@pytest.mark.escape(
    "Errors of the host inside a guest",
    "CVE-2023-30547 (vm2)",
    outcome="the guest never sees them",
)
def test_whatever_the_host_raises_stops_its_guest_and_comes_out_of_the_call(runtime):
    def refuses(request: bytes) -> bytes:
        raise OSError("no such thing")

    forever = ASK.replace("(local.get $n)))", "(loop (br 0)) (local.get $n)))")
    with opened(runtime, forever, SandboxLimits(deadline_ms=60_000), refuses) as instance:
        for _ in range(2):
            with pytest.raises(OSError, match="no such thing"):
                instance.call("ask")
        assert 0 < instance.usage().fuel < 1_000, "fuel that was taken away is not fuel that was used"


def test_guests_of_other_threads_never_get_each_others_errors(runtime):
    trap = '(module (memory (export "memory") 1) (func (export "ask") unreachable))'
    seen: list[str] = []

    def refuses(request: bytes) -> bytes:
        raise SandboxViolation("refused by its own host", limit="host_calls")

    def run(text: str, host, name: str) -> None:
        for _ in range(100):
            with opened(runtime, text, host=host) as instance:
                seen.append(f"{name}: {violation(instance, 'ask').details['limit']}")

    pairs = [(ASK, refuses, "asks"), (trap, None, "traps")]
    threads = [threading.Thread(target=run, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(seen) == {"asks: host_calls", "traps: trap"}


def test_instances_share_nothing(runtime):
    with opened(runtime, COUNT) as one, opened(runtime, COUNT) as other:
        assert [one.call("next"), one.call("next"), other.call("next")] == [6, 7, 6]


def test_one_guest_stuck_does_not_hold_up_another(runtime):
    stuck = threading.Thread(target=_spin, args=(runtime,), name="stuck guest")
    stuck.start()
    with opened(runtime, ADD) as instance:
        assert instance.call("add", 1, 1) == 2
    assert stuck.is_alive()
    stuck.join()


def _spin(runtime: Runtime) -> None:
    with opened(runtime, SPIN, SandboxLimits(deadline_ms=400)) as instance:
        violation(instance, "run")


def test_a_snapshot_goes_on_where_the_memory_was(runtime):
    wasm = bytes(wasmtime.wat2wasm(COUNT))
    with runtime.instance(runtime.compile(wasm), SandboxLimits()) as instance:
        instance.call("next")
        instance.call("next")
        image = with_memory(wasm, instance.memory())
    with runtime.instance(runtime.compile(image), SandboxLimits()) as instance:
        assert instance.call("next") == 8


@pytest.mark.parametrize("data", [b"", b"\0asm", b"\0asm\2\0\0\0", b"#!/bin/sh\n"])
def test_what_is_no_module_has_no_sections(data):
    with pytest.raises(ValueError, match="not a WebAssembly module"):
        list(sections(data))


def test_a_module_cut_short_is_refused():
    whole = bytes(wasmtime.wat2wasm(ADD))
    with pytest.raises(ValueError, match="ends inside a section"):
        list(sections(whole[:-3]))
