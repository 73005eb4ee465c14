"""Attacks on the expression language: each is contained, and the next evaluation works."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Iterator

import pytest

from engine.base.errors import SandboxViolation
from engine.ports.sandbox import MEBIBYTE, ExpressionBatch, SandboxLimits
from tests.engine.sandbox.conftest import NEW_YORK

DENIED = re.compile("due to security concerns|invalid constructor function call")
UNDEFINED = {"$undefined": True}
SMALL = SandboxLimits(memory_bytes=48 * MEBIBYTE, deadline_ms=400, output_bytes=MEBIBYTE)


@pytest.fixture(autouse=True)
def the_next_evaluation_works(value) -> Iterator[None]:
    yield
    assert value("{{ $json.a + 1 }}", {"a": 1}) == 2


CHAINS = [
    '(() => {}).constructor("return this")()',
    '[].constructor.constructor("return this")()',
    "Object.getPrototypeOf({})",
    "arguments",
    '(() => {})["const" + "ructor"]("return this")()',
    '(() => {})[["constructor"]]("return this")()',
    '(() => {})[`${"constructor"}`]',
    '(() => {})[{ toString() { return "constructor" } }]',
    "(() => { const { constructor: C } = () => {}; return C })()",
    '(() => { const { ["const" + "ructor"]: C } = () => {}; return C })()',
    "(({ constructor: C }) => C)(() => {})",
    "(() => { let C; ({ constructor: C } = () => {}); return C })()",
    "((a, { constructor } = a) => constructor)(() => {})",
    "(() => { for (const { constructor: C } of [() => {}]) return C })()",
    "(() => { try { null.x } catch ({ constructor: C }) { return C } })()",
    '"".__proto__',
    "({ __proto__: { a: 1 } })",
    '({})["__proto__"]',
    "Array.prototype",
    "Object.__defineGetter__",
    '({}).__lookupGetter__("x")',
    'Error["prepareStackTrace"]',
    "Error.prepareStackTrace = (error, frames) => frames",
    'extend(() => {}, "constructor", ["return this"])()',
    'extend({}, { toString: () => "__proto__" }, [])',
    'extendOptional({}, "prototype", [])',
    "constructor",
    "(function* () {})().constructor",
    "(async () => {}).constructor",
    "class { static a = this.constructor }",
    "process.mainModule",
    "class extends Function {}",
    "(() => { with ({}) { return a } })()",
]


@pytest.mark.escape(
    "Expressions: constructor and prototype chains, `with`, destructuring",
    "CVE-2025-68613, CVE-2026-1470, CVE-2026-27577 (n8n)",
    outcome="refused by name, and frozen behind it",
)
@pytest.mark.parametrize("code", CHAINS)
def test_names_behind_values_are_refused(fault, code):
    assert DENIED.search(fault(f"{{{{ ({code}) }}}}"))


@pytest.mark.escape(
    "Expressions: globals, eval, Proxy, Reflect",
    "CVE-2026-25049 (n8n)",
    outcome="undefined",
)
@pytest.mark.parametrize(
    "code",
    [
        "globalThis.Array",
        "this.Array",
        "(function () { return this })()",
        "(() => this)().Array",
        "(function () { return arguments.callee })()",
        "eval('1')",
        "new Function('return 1')()",
        "(0, eval)('1')",
        "setTimeout(() => {}, 0)",
        "fetch('http://127.0.0.1')",
        "require('fs')",
        "process.env.PATH",
        "WebAssembly.Module",
        "Reflect.get({}, 'constructor')",
        "Reflect.ownKeys({})",
        "new Proxy({}, {})",
        "new Proxy(() => {}, { apply: (f) => f })()",
        "Object.setPrototypeOf({}, null)",
        "Object.defineProperty({}, 'a', {})",
        "Object.getOwnPropertyDescriptor({ a: 1 }, 'a')",
        "Error.captureStackTrace",
        "Error.stackTraceLimit",
        "__native",
        "__qflow",
        "__handle",
        "$$c",
        "(() => { try { undeclared() } catch { } return globalThis.x })()",
        "Object.getOwnPropertyNames(globalThis)[0]",
        "[].map.call.call(eval, null, '1')",
        "[1].map(eval)[0]",
        'JSON.parse(\'{"__proto__": {"polluted": 1}}\').polluted',
    ],
)
def test_what_a_host_would_offer_is_not_there(value, code):
    assert value(f"{{{{ ({code}) }}}}") in (UNDEFINED, "x")


@pytest.mark.escape(
    "Expressions: dynamic import and template tricks",
    "CWE-95, CWE-1336",
    outcome="invalid syntax",
)
@pytest.mark.parametrize(
    "code",
    [
        "import('fs')",
        "(async () => { await import('fs') })()",
        "import.meta",
        "1) } } + (() => { return 2 }) (",
        "new.target",
    ],
)
def test_other_syntax_is_refused(fault, code):
    assert fault(f"{{{{ {code} }}}}") == "invalid syntax"


def test_a_stack_trace_tells_nothing_of_the_host(value):
    text = value("{{ (() => { try { null.x } catch (error) { return error.stack } })() }}")
    assert "/" not in text.replace("</", "").replace("(<", "")


POLLUTIONS = [
    "Array.from([1]).map = 5",
    "Object.assign(Math, { max: () => 666 })",
    "Math.max = () => 666",
    "JSON.parse = () => 666",
    "String.raw = 666",
    "DateTime.now = () => 666",
    "Object.assign(DateTime, { now: () => 666 })",
    "Object.keys = () => 666",
    "Intl.NumberFormat = 666",
    "(escaped = 666, 1)",
    "$json = 666",
    "$max = 666",
    "$now.plus = 666",
    "Object.assign($json, { a: 666 })",
    "Object.assign($vars, { a: 666 })",
    "delete Math.max",
    "$('Other').first().json.a = 666",
    "$input.all().push(666)",
    "$input.item.json.a = 666",
    "$workflow.id = 666",
    "Symbol.prototype",
    "new (class extends Array { static { super.from = 666 } })()",
]
PROBE = (
    "{{ [Math.max(1, 2), JSON.parse('2'), typeof String.raw, typeof DateTime.now(), "
    "Object.keys({ a: 1 }).length, typeof Intl.NumberFormat, typeof escaped, "
    "$json.a, $vars.a, $max(1, 2), typeof $now.plus, $workflow.id, "
    "$('Other').first().json.a, $input.all().length, [1].map(x => x)[0], ({}).polluted] }}"
)


@pytest.mark.escape(
    "Leaks between items and between evaluations",
    "CWE-1321",
    outcome="nothing changes",
)
def test_nothing_an_expression_does_is_seen_by_the_next_one(batch):
    other = {"Other": {"runs": [{"outputs": [[{"json": {"a": 1}}]], "source": []}]}}
    context = {"nodes": other, "vars": {"a": 1}, "workflow": {"id": "w"}}
    items = [{"a": 1}, {"a": 1}]
    clean = batch([PROBE], items, context=context).values
    templates = [part for code in POLLUTIONS for part in (f"{{{{ {code} }}}}", PROBE)]
    rows = batch(templates, items, context=context).values
    for row in rows:
        for number, code in enumerate(POLLUTIONS):
            assert row[2 * number + 1] == clean[0][0], code
    assert batch([PROBE], items, context=context).values == clean


SHARED = [
    *("Object", "Array", "String", "Number", "Boolean", "Date", "RegExp", "Map", "Set", "Promise", "Error"),
    *("TypeError", "Math", "JSON", "Symbol", "BigInt", "ArrayBuffer", "Uint8Array", "WeakMap", "Function"),
    *("Iterator", "Intl"),
]


@pytest.mark.escape(
    "Expressions: every name check passed",
    "CWE-913",
    outcome="the realm is frozen",
)
def test_with_the_real_globals_in_hand_still_nothing_can_be_changed(sandbox):
    """As if every name check were passed: the realm itself is frozen."""
    code = ";".join(
        f"try {{ {name}.planted = 1 }} catch {{ }} try {{ {name}.prototype.planted = 1 }} catch {{ }}"
        for name in SHARED
    )
    with sandbox._javascript().machine(SMALL, NEW_YORK) as machine:
        source = f"(function () {{ {code}; try {{ globalThis.planted = 1 }} catch {{ }} }})()".encode()
        probe = "; ".join(
            f'if ({name}.planted || ({name}.prototype ?? {{}}).planted) throw new Error("{name}")'
            for name in SHARED
        )
        for text in (source, f"{probe}; if (globalThis.planted) throw new Error('globalThis')".encode()):
            _run_script(machine.instance, text)


def _run_script(instance, source: bytes) -> None:
    from engine.sandbox.javascript import _placed, read_reply

    read_reply(instance, instance.call("qf_load", *_placed(instance, source.decode(), "attack.js")))


LOOPS = [
    "(() => { for (;;); })()",
    "(() => { while (true) { try { throw 1 } catch { } finally { continue } } })()",
    '/^(a+)+$/.test("a".repeat(40) + "b")',
    '"a".repeat(50000).match(/(.*)*x/)',
    "(() => { let x = 3n ** 50000n; for (;;) x = (x * x) % (2n ** 100000n) })()",
    "Array.from({ length: 2 ** 31 }, () => 1)",
    "(function f() { try { f() } finally { f() } })()",
    "(async () => { for (;;) await 1 })() && (() => { for (;;); })()",
    "[1, 2].sort(() => { for (;;); })",
    "JSON.stringify({ toJSON() { for (;;); } })",
    "({ [Symbol.toPrimitive]() { for (;;); } }) + ''",
    "new Intl.ListFormat().format((function* () { for (;;) yield 'a' })())",
    "[...(function* () { for (;;) yield 1 })()]",
]


@pytest.mark.escape(
    "Exhaustion: endless loops in expressions",
    "CWE-835, CWE-1333",
    outcome="stopped at the deadline",
)
@pytest.mark.parametrize("code", LOOPS)
def test_endless_work_is_stopped(batch, code):
    started = time.monotonic()
    with pytest.raises(SandboxViolation) as raised:
        batch([f"{{{{ {code} }}}}"], limits=SMALL)
    assert raised.value.details["limit"] in ("time", "memory")
    assert time.monotonic() - started < SMALL.deadline_ms / 1000 + 10


def test_an_endless_promise_does_not_hold_the_machine(batch):
    with pytest.raises(SandboxViolation, match="deadline"):
        batch(["{{ (async () => { for (;;) await 1 })() }}"], limits=SMALL)


BOMBS = [
    '"a".repeat(2 ** 29)',
    "Array(1e9).fill(0)",
    '(() => { const all = []; for (;;) all.push("x".repeat(100000)) })()',
    "(() => { try { const all = []; for (;;) all.push(Array(100000).fill(1)) } catch { return 5 } })()",
    "(() => { let all = {}; for (;;) all = { all, more: [all] } })()",
    "new Array(2 ** 25).fill('x').join('y')",
    '"x".padEnd(2 ** 29, "abc")',
    '"x".repeat(1e6).split("").map(() => "x".repeat(1e5))',
    "(() => { const map = new Map(); for (let n = 0; ; n++) map.set(n, [n]) })()",
]


@pytest.mark.escape(
    "Exhaustion: memory bombs in expressions",
    "CWE-789",
    outcome="stopped at the memory limit",
)
@pytest.mark.parametrize("code", BOMBS)
def test_a_memory_bomb_goes_off_inside(batch, code):
    with pytest.raises(SandboxViolation) as raised:
        batch([f"{{{{ {code} }}}}"], limits=SandboxLimits(memory_bytes=48 * MEBIBYTE, deadline_ms=5_000))
    assert raised.value.details["limit"] == "memory"


@pytest.mark.escape(
    "Exhaustion: deep recursion in expressions",
    "CWE-674",
    outcome="an error of the guest",
)
@pytest.mark.parametrize(
    "code",
    [
        "(function f() { return f() })()",
        "(function f(x) { return [x].map(f) })(1)",
        "((o = {}) => { o.toString = () => `${o}`; return `${o}` })()",
        "(() => { let a = []; for (let n = 0; n < 100000; n++) a = [a]; return a })()",
        "JSON.stringify((() => { let a = {}; for (let n = 0; n < 100000; n++) a = { a }; return a })())",
        'JSON.parse("[".repeat(100000) + "]".repeat(100000))',
        'new RegExp("(".repeat(50000) + ")".repeat(50000))',
    ],
)
def test_deep_recursion_ends_in_an_error_or_nothing(batch, code):
    try:
        found = batch([f"{{{{ {code} }}}}"])
    except SandboxViolation as violation:
        assert violation.details["limit"] == "stack"
    else:
        assert found.faults or found.values == [[UNDEFINED]]


def test_deeply_nested_code_or_input_is_survived(batch):
    for template in (
        "{{ " + "(" * 20_000 + "1" + ")" * 20_000 + " }}",
        "{{ " + "[" * 20_000 + "]" * 20_000 + " }}",
    ):
        try:
            assert batch([template]).faults
        except SandboxViolation as violation:
            assert violation.details["limit"] in ("stack", "guest")
    deep: list = []
    for _ in range(200):
        deep = [deep]
    assert batch(["{{ $json.length }}"], [deep]).values == [[1]]


def test_a_string_beyond_the_longest_is_no_value(fault):
    assert fault("{{ (() => { let all = 'x'; for (;;) all += all })() }}") == "string too long"


@pytest.mark.escape(
    "Exhaustion: output bombs",
    "CWE-400",
    outcome="stopped at the output limit",
)
def test_an_output_bomb_is_cut_off(batch):
    with pytest.raises(SandboxViolation) as raised:
        batch(['{{ "x".repeat(2_000_000) }}'], limits=SMALL)
    assert raised.value.details["limit"] == "output"


def test_an_input_bomb_is_refused_before_it_is_run(batch):
    with pytest.raises(SandboxViolation) as raised:
        batch(["{{ 1 }}"], ["x" * 2000], limits=SandboxLimits(input_bytes=1000))
    assert raised.value.details["limit"] == "input"


def test_a_long_batch_is_bounded_as_a_whole(batch):
    with pytest.raises(SandboxViolation, match="deadline"):
        batch(["{{ Array.from({ length: 20000 }, (_, n) => n).join() }}"], [{}] * 2000, limits=SMALL)


@pytest.mark.escape(
    "Leaks between tenants on one node at once",
    "CWE-488",
    outcome="each sees its own",
)
def test_threads_do_not_meet_one_anothers_data(sandbox):
    wrong: list[str] = []

    def tenant(name: str) -> None:
        given = ExpressionBatch(
            ["{{ $json.secret }}", "{{ seen = (typeof seen) + $json.secret }}"],
            [{"json": {"secret": name}}] * 5,
            NEW_YORK,
        )
        for _ in range(10):
            rows = sandbox.evaluate(given, SandboxLimits()).values
            wrong.extend(str(row) for row in rows if row != [name, f"undefined{name}"])

    threads = [threading.Thread(target=tenant, args=(f"tenant {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_broken_evaluation_leaves_nothing_behind(sandbox, batch):
    with pytest.raises(SandboxViolation):
        batch(["{{ (() => { secret = 'leak'; for (;;); })() }}"], limits=SMALL)
    assert batch(["{{ typeof secret }}"]).values == [["undefined"]]


def test_memory_does_not_grow_with_evaluations(sandbox):
    def resident() -> int:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    given = ExpressionBatch(
        ["{{ $json.a.toUpperCase() }} {{ $now }}"], [{"json": {"a": "x" * 1000}}], NEW_YORK
    )
    for _ in range(100):
        sandbox.evaluate(given, SandboxLimits())
    before = resident()
    for _ in range(600):
        sandbox.evaluate(given, SandboxLimits())
    assert resident() - before < 8 * MEBIBYTE
