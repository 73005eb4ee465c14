"""Code steps in JavaScript: attacks, and limits that stop them."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace

import pytest

from engine.base.errors import SandboxViolation, StepFailure
from engine.ports.sandbox import MEBIBYTE, CodeRequest, SandboxLimits, spent
from tests.engine.sandbox.conftest import NEW_YORK, QUICK, SMALL

FRESH = "return { a: [1, 2].map((x) => x + 1), b: typeof planted, c: ({}).planted === undefined }"


NOWHERE = [
    "(() => {}).constructor('return this')()",
    "[].constructor.constructor('return this')()",
    "(async () => {}).constructor('return globalThis')()",
    "(function* () {}).constructor('yield globalThis')().next().value",
    "new Function('return this')()",
    "eval('globalThis')",
    "(0, eval)('this')",
    "(function () { return this })() ?? globalThis",
    "globalThis",
    "$if.constructor('return this')()",
    "console.log.constructor('return this')()",
    "Reflect.construct(Function, ['return this'])()",
    "new Proxy(() => {}, {}).constructor('return this')()",
    "DateTime.now.constructor('return this')()",
    "(() => { try { null.x } catch (e) { return e.constructor.constructor('return this')() } })()",
]
HOST = [
    "process",
    "global",
    "require",
    "module",
    "exports",
    "fetch",
    "XMLHttpRequest",
    "WebSocket",
    "std",
    "os",
    "bjson",
    "Worker",
    "print",
    "WebAssembly",
    "performance",
    "__native",
    "__qflow",
    "__handle",
    "__luxon",
    "navigator",
    "Deno",
    "Bun",
]


@pytest.mark.escape(
    "JavaScript: constructor chains, eval, Function",
    "CVE-2025-68613, CVE-2026-27495 (n8n), CVE-2023-29017 (vm2)",
    outcome="an empty frozen realm",
)
@pytest.mark.parametrize("climb", NOWHERE)
def test_all_that_can_be_climbed_to_is_an_empty_frozen_world(gives, climb):
    source = f"""
      let world = {climb};
      world = await world;
      let planted = false;
      try {{ world.planted = 1; planted = "planted" in world }} catch {{ }}
      return {{ planted, frozen: Object.isFrozen(world), host: {HOST}.filter((name) => name in world) }}"""
    assert gives(source) == [{"planted": False, "frozen": True, "host": []}]


@pytest.mark.escape(
    "JavaScript: dynamic import",
    "CWE-829",
    outcome="nothing to load",
)
@pytest.mark.parametrize(
    "source", ["await import('fs')", "await import('data:text/javascript,1')", "await (0, eval)('import(1)')"]
)
def test_nothing_can_be_imported(fails, source):
    assert "could not load module" in fails(source).args[0]


POLLUTIONS = [
    "Object.prototype.planted = 1",
    "Array.prototype.map = () => 666",
    "({}).__proto__.planted = 1",
    "globalThis.planted = 1",
    "planted = 1",
    "(0, eval)('var planted = 1')",
    "new Function('planted = 1')()",
    "Object.defineProperty(Object.prototype, 'planted', { value: 1 })",
    "Object.setPrototypeOf(Array.prototype, { planted: 1 })",
    "Promise.prototype.then = () => 666",
    "JSON.stringify = () => 666",
    "Error.prepareStackTrace = () => 666",
    "$input.all = 5",
    "DateTime.now = 5",
]


@pytest.mark.escape(
    "JavaScript: prototype pollution across calls",
    "CWE-1321",
    outcome="a fresh machine every call",
)
@pytest.mark.parametrize("source", POLLUTIONS)
def test_nothing_survives_a_call(code, gives, source):
    clean = gives(FRESH)
    with contextlib.suppress(StepFailure):
        assert code(f"{source};\nreturn []").items == []
    assert gives(FRESH) == clean == [{"a": [2, 3], "b": "undefined", "c": True}]


@pytest.mark.parametrize("source", POLLUTIONS)
def test_prototypes_cannot_be_changed_within_a_call(gives, source):
    assert gives(
        f"try {{ {source} }} catch {{ }}\nreturn [1, 2].map((n) => ({{ n, p: ({{}}).planted }}))"
    ) == [
        {"n": 1},
        {"n": 2},
    ]


LOOPS = [
    "for (;;);",
    "for (;;) await 1;",
    "await (async function f() { await null; return f() })()",
    "const f = () => Promise.resolve().then(f); await f()",
    "await { then(done) { for (;;); } }",
    "await { then(done) { done(this) } }",
    "while (true) { try { throw 1 } catch { } finally { continue } }",
    "/^(a+)+$/.test('a'.repeat(40) + 'b')",
    "let x = 3n ** 50000n; for (;;) x = (x * x) % (2n ** 100000n)",
    "return { json: { toJSON() { for (;;); } } }",
    "return { get json() { for (;;); } }",
    "return new Proxy([], { get() { for (;;); } })",
    "throw { get message() { for (;;); } }",
    "console.log({ toJSON() { for (;;); } })",
    "Promise.reject(1); Promise.resolve().then(() => { for (;;); })",
]


@pytest.mark.escape(
    "Exhaustion: endless loops, promises, getters in code",
    "CWE-835",
    outcome="stopped at the deadline",
)
@pytest.mark.parametrize("source", LOOPS)
def test_endless_work_is_stopped_at_its_deadline(stopped, source):
    started = time.monotonic()
    assert stopped(source) in ("time", "memory")
    assert time.monotonic() - started < SMALL.deadline_ms / 1000 + 10


BOMBS = [
    "return { x: 'a'.repeat(2 ** 29) }",
    "return { x: Array(1e9).fill(0) }",
    "const all = []; for (;;) all.push('x'.repeat(100000))",
    "try { const all = []; for (;;) all.push(Array(100000).fill(1)) } catch { return [] }",
    "const map = new Map(); for (let n = 0; ; n++) map.set(n, [n])",
    "const wait = []; for (;;) wait.push(new Promise(() => {}))",
    "return new ArrayBuffer(2 ** 30)",
]


@pytest.mark.escape(
    "Exhaustion: memory bombs in code",
    "CWE-789",
    outcome="stopped at the memory limit",
)
@pytest.mark.parametrize("source", BOMBS)
def test_a_memory_bomb_goes_off_inside(stopped, source):
    limits = SandboxLimits(memory_bytes=48 * MEBIBYTE, deadline_ms=10_000)
    assert stopped(source, limits=limits) == "memory"


def test_starved_code_keeps_what_it_printed_and_tells_what_it_used(code):
    bomb = "console.log('begun'); console.warn({ n: 1 }); const a = []; for (;;) a.push(Array(10000).fill(1))"
    with pytest.raises(SandboxViolation) as caught:
        code(bomb, limits=SandboxLimits(memory_bytes=48 * MEBIBYTE, deadline_ms=10_000))
    assert caught.value.details["limit"] == "memory"
    assert caught.value.details["logs"] == ["begun", 'warn: {"n":1}']
    used = spent(caught.value)
    assert used.usage.wall_us > 0
    assert used.usage.fuel > 0
    assert used.code == CodeRequest("javascript", bomb, [], NEW_YORK, "all", {}).cid


def test_code_that_fails_tells_what_it_used(code):
    for source in ("throw new Error('no')", "for (;;);"):
        with pytest.raises((SandboxViolation, StepFailure)) as caught:
            code(source, limits=SMALL)
        assert spent(caught.value).usage.wall_us > 0
        assert spent(caught.value).code


def test_an_output_bomb_is_cut_off(stopped):
    patient = replace(SMALL, deadline_ms=10_000)
    assert stopped("return { x: 'x'.repeat(2e6) }", limits=patient) == "output"


def test_an_input_bomb_is_refused_before_it_runs(stopped):
    assert stopped("return []", {"x": "x" * 2000}, limits=SandboxLimits(input_bytes=1000)) == "input"


@pytest.mark.parametrize(
    "source",
    [
        "(function f() { f() })()",
        "const f = async () => { await f() }; await f()",
        "let a = {}; for (let n = 0; n < 1e5; n++) a = { a }; return a",
        "return JSON.parse('['.repeat(1e5) + ']'.repeat(1e5))",
        "return " + "(" * 20_000 + "1" + ")" * 20_000,
    ],
)
def test_deep_recursion_ends_in_an_error(code, gives, source):
    with pytest.raises((StepFailure, SandboxViolation)):
        code(source, limits=SandboxLimits(deadline_ms=10_000))
    assert gives("return { a: 1 }") == [{"a": 1}]


def test_a_language_without_a_guest_is_refused(sandbox):
    from engine.base.errors import InvalidInput

    with pytest.raises(InvalidInput, match="no guest"):
        sandbox.run_code(CodeRequest("cobol", "", [], NEW_YORK), QUICK)
