"""The sandbox: a cold machine, a warm expression, a step's expressions over a thousand items."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from benchmarks.cases.sequential import sample
from benchmarks.frame import Benchmark, Options
from benchmarks.results import Limit, Result, of_samples

if TYPE_CHECKING:
    from engine.sandbox.javascript import Machine
    from engine.sandbox.wasm_sandbox import WasmSandbox

NOW_US = 1_700_000_000_000_000
ITEMS = 1_000
TEMPLATES = (
    "{{ $json.name.toUpperCase() }}",
    "{{ $json.price * 2 }}",
    "Hello {{ $json.name }} <{{ $json.email }}>",
)


def _sandbox(options: Options) -> WasmSandbox:
    from engine.sandbox.wasm_sandbox import WasmSandbox

    sandbox = WasmSandbox(options.scratch / "cache")
    _evaluation(sandbox, TEMPLATES, 1)()
    return sandbox


def _evaluation(sandbox: WasmSandbox, templates: tuple[str, ...], count: int) -> Callable[[], object]:
    from engine.ports.sandbox import Determinism, ExpressionBatch, SandboxLimits

    items = [
        {"json": {"name": f"user {n}", "email": f"user{n}@example.com", "price": n * 1.5, "tags": ["a", "b"]}}
        for n in range(count)
    ]
    batch = ExpressionBatch(templates, items, Determinism(NOW_US, b"bench", "America/New_York"))
    return lambda: sandbox.evaluate(batch, SandboxLimits())


class _Gone(Exception):
    """Has a machine freed."""


def cold(options: Options) -> list[Result]:
    """A fresh machine, one expression parsed and evaluated in it, the machine gone again."""
    from engine.ports.sandbox import Determinism, SandboxLimits

    sandbox = _sandbox(options)
    evaluate, guest = _evaluation(sandbox, TEMPLATES[1:2], 1), sandbox._javascript()
    request = {
        "op": "evaluate",
        "templates": TEMPLATES[1:2],
        "items": [{"json": {"price": 2}}],
        "zone": "UTC",
    }
    document = json.dumps(request).encode()

    def anew() -> None:
        guest.free_spares()
        with suppress(_Gone), guest.machine(SandboxLimits(), Determinism(NOW_US)) as machine:
            machine.request(document)
            raise _Gone  # a machine that ends in an error is freed

    times = sample(anew, options.count(500, 20))
    again = sample(evaluate, options.count(500, 20))
    return [
        of_samples("sandbox-cold", "ms", times, (Limit("p50", 2.0),)),
        of_samples("sandbox-again", "ms", again, (Limit("p50", 2.0),)),
    ]


def code(options: Options) -> list[Result]:
    """A code step over a thousand items, once for each; and a small function, as flows have many in a row."""
    sandbox = _sandbox(options)
    each = "return { ...$json, total: $json.price * 2 }"
    small = (
        "function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) }\nreturn [{ json: { r: fib(10) } }]"
    )
    many = sample(_code(sandbox, each, "each", ITEMS), options.count(50, 3))
    one = sample(_code(sandbox, small, "all", 1), options.count(500, 20))
    return [
        of_samples("code-each-1000", "ms", many, (Limit("p50", 40.0),)),
        of_samples("code-small", "ms", one),
    ]


def _code(
    sandbox: WasmSandbox, source: str, mode: Literal["all", "each"], count: int
) -> Callable[[], object]:
    from engine.ports.sandbox import CodeRequest, Determinism, SandboxLimits

    items = [
        {"json": {"id": n, "name": f"user {n}", "price": n * 1.5, "tags": ["a", "b"]}} for n in range(count)
    ]
    request = CodeRequest("javascript", source, items, Determinism(NOW_US, b"bench"), mode)
    return lambda: sandbox.run_code(request, SandboxLimits())


def warm(options: Options) -> list[Result]:
    """The same expression again and again in one machine."""
    from engine.ports.sandbox import Determinism, SandboxLimits
    from engine.sandbox.javascript import JavaScriptGuest
    from engine.sandbox.module_cache import ModuleCache
    from engine.sandbox.runtime import Runtime

    cache = ModuleCache(options.scratch / "cache")
    guest = JavaScriptGuest(Runtime(cache), cache)
    request = {
        "op": "evaluate",
        "templates": TEMPLATES[1:2],
        "items": [{"json": {"price": 2}}],
        "zone": "UTC",
    }
    document = json.dumps(request).encode()

    def ask(machine: Machine) -> None:
        machine.instance.refuel()
        machine.request(document)

    with guest.machine(SandboxLimits(), Determinism(NOW_US)) as machine:
        times = sample(lambda: ask(machine), options.count(2000, 50))
    return [of_samples("sandbox-warm", "ms", times, (Limit("p50", 0.3),))]


def batch(options: Options) -> list[Result]:
    """A step with three expressions and a thousand items: JSON in, values out."""
    times = sample(_evaluation(_sandbox(options), TEMPLATES, ITEMS), options.count(100, 5))
    return [of_samples("sandbox-3x1000", "ms", times, (Limit("p50", 60.0),))]


BENCHMARKS = (
    Benchmark("sandbox-cold", "a fresh JavaScript machine and one expression", cold),
    Benchmark("sandbox-code", "a code step over a thousand items, and a small one", code),
    Benchmark("sandbox-warm", "one expression in a machine that ran it before", warm),
    Benchmark("sandbox-3x1000", "three expressions over a thousand items", batch),
)
