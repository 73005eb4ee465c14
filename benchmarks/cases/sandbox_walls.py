"""The sandbox's walls: what they cost a call, what holds under ten thousand steps, and how soon they stop."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from typing import TYPE_CHECKING

from benchmarks.cases.sequential import sample
from benchmarks.frame import Benchmark, Options
from benchmarks.results import Limit, Result, of_samples
from benchmarks.stats import median

if TYPE_CHECKING:
    from engine.sandbox.wasm_sandbox import WasmSandbox

NOW_US = 1_700_000_000_000_000
SOAK_STEPS = 10_000
WARM_STEPS = 600
DEADLINE_MS = 100
WORK = """(module (memory (export "memory") 1) (func (export "f") (param i32 i32) (result i32)
    (local.set 0 (i32.const 200))
    (loop (local.set 1 (i32.add (local.get 1) (i32.mul (local.get 0) (local.get 1))))
        (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get 1)))"""
SPIN = '(module (memory (export "memory") 1) (func (export "f") (loop (br 0))))'
ADD = '(module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))'


def _sandbox() -> WasmSandbox:
    from engine.sandbox.wasm_sandbox import WasmSandbox, cache_directory

    return WasmSandbox(cache_directory())


def code(options: Options) -> list[Result]:
    """A JavaScript code step over a thousand items."""
    from engine.ports.sandbox import CodeRequest, Determinism, SandboxLimits

    sandbox = _sandbox()
    items = [{"json": {"name": f"user {n}", "price": n * 1.5}} for n in range(1_000)]
    source = "return items.map(({ json }) => ({ json: { ...json, total: json.price * 2 } }))"
    request = CodeRequest("javascript", source, items, Determinism(NOW_US, b"bench"))
    times = sample(lambda: sandbox.run_code(request, SandboxLimits()), options.count(100, 5))
    return [of_samples("sandbox-code-1000", "ms", times, (Limit("p50", 40.0),))]


def overhead(options: Options) -> list[Result]:
    """A call through the sandbox over the bare call of the same export by wasmtime-py."""
    import wasmtime

    from engine.ports.sandbox import SandboxLimits
    from engine.sandbox.runtime import Runtime

    runtime = Runtime()
    compiled = runtime.compile(bytes(wasmtime.wat2wasm(WORK)))
    store = wasmtime.Store(compiled.module.engine if hasattr(compiled.module, "engine") else runtime._engine)
    store.set_fuel(10**12)
    store.set_epoch_deadline(10**6)
    bare = wasmtime.Instance(store, compiled.module, []).exports(store)["f"]
    assert isinstance(bare, wasmtime.Func)
    count = options.count(3_000, 100)
    with runtime.instance(compiled, SandboxLimits(deadline_ms=600_000)) as instance:
        inside = sample(lambda: instance.call("f", 1, 2), count)
        outside = sample(lambda: bare(store, 1, 2), count)
    ratio = median(inside) / median(outside)
    extra = {"sandboxed_ms": median(inside), "bare_ms": median(outside)}
    return [Result("sandbox-overhead", "times", ratio, count, limits=(Limit("value", 2.0),), extra=extra)]


def deadline(options: Options) -> list[Result]:
    """How long after its deadline a guest that never yields is stopped, while another one proceeds.

    Threads take turns as in a node.
    """
    import wasmtime

    from engine.base.errors import SandboxViolation
    from engine.base.limits import SWITCH_INTERVAL_S
    from engine.ports.sandbox import SandboxLimits
    from engine.sandbox.runtime import Runtime

    sys.setswitchinterval(SWITCH_INTERVAL_S)
    runtime = Runtime()
    spin = runtime.compile(bytes(wasmtime.wat2wasm(SPIN)))
    work = runtime.compile(bytes(wasmtime.wat2wasm(WORK)))
    late: list[float] = []

    def stuck() -> None:
        with runtime.instance(spin, SandboxLimits(deadline_ms=DEADLINE_MS)) as instance:
            began = time.perf_counter()
            try:
                instance.call("f")
            except SandboxViolation:
                late.append((time.perf_counter() - began) * 1000 - DEADLINE_MS)

    calls = 0
    for _ in range(options.count(20, 2)):
        thread = threading.Thread(target=stuck)
        thread.start()
        while thread.is_alive():
            with runtime.instance(work, SandboxLimits()) as instance:
                instance.call("f", 1, 2)
                calls += 1
        thread.join()
    limits = (Limit("p50", 100.0), Limit("p99", 100.0))
    return [of_samples("sandbox-deadline", "ms", late, limits, calls_meanwhile=calls)]


def soak(options: Options) -> list[Result]:
    """Expressions, code in both languages and modules, one step after the other: resident MB they leave."""
    steps = soak_steps(_sandbox())
    for step in islice(steps, WARM_STEPS):
        step()
    before, count = resident_mb(), options.count(SOAK_STEPS, 300)
    began = time.perf_counter()
    for step in islice(steps, count):
        step()
    seconds = time.perf_counter() - began
    grown = resident_mb() - before
    extra = {"before_mb": before, "steps_per_s": count / seconds}
    return [Result("sandbox-soak", "MB", grown, count, limits=(Limit("value", 20.0),), extra=extra)]


def soak_steps(sandbox: WasmSandbox) -> Iterator[Callable[[], object]]:
    """Sandboxed steps without end: in twenty, nine expressions, six of JavaScript, one of Python (it takes
    ten times as long), four of modules."""
    from engine.ports.policy import Policy
    from engine.ports.sandbox import CodeRequest, Determinism, ExpressionBatch, SandboxLimits

    limits, fixed = SandboxLimits(deadline_ms=60_000), Determinism(NOW_US, b"soak")
    items = [{"json": {"a": "x" * 1_000, "n": n}} for n in range(20)]
    batch = ExpressionBatch(["{{ $json.a.toUpperCase() }} {{ $now }}", "{{ $json.n + 1 }}"], items, fixed)
    script = CodeRequest("javascript", "return items.map(({ json }) => ({ n: json.n * 2 }))", items, fixed)
    python = CodeRequest("python", "return [{'json': {'n': len(_items)}}]", items, fixed)
    modules = sandbox.modules
    adds = modules.assemble(ADD)

    def module() -> object:
        with modules.session(modules.load(adds, Policy("soak")), limits, fixed) as session:
            return session.call("add", [1, 2])

    kinds = {
        "e": lambda: sandbox.evaluate(batch, limits),
        "j": lambda: sandbox.run_code(script, limits),
        "p": lambda: sandbox.run_code(python, limits),
        "m": module,
    }
    return (kinds[letter] for letter in cycle("ejememjejepejmejejmj"))


def resident_mb() -> float:
    """Resident memory of this process."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024


BENCHMARKS = (
    Benchmark("sandbox-code-1000", "a JavaScript code step over a thousand items", code),
    Benchmark("sandbox-overhead", "a sandboxed call over a bare call of the same export", overhead),
    Benchmark("sandbox-deadline", "lateness of the stop of a guest that never yields", deadline),
    Benchmark("sandbox-soak", "resident MB after ten thousand sandboxed steps", soak),
)
