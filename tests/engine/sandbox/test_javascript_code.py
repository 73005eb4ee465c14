"""Code steps in JavaScript: what goes in and comes out, errors, limits, and attacks."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace

import pytest

from engine.base.errors import SandboxViolation, StepFailure
from engine.ports.sandbox import MEBIBYTE, CodeRequest, CodeResult, SandboxLimits, spent
from tests.engine.sandbox.conftest import NEW_YORK, QUICK

SMALL = SandboxLimits(memory_bytes=48 * MEBIBYTE, deadline_ms=400, output_bytes=MEBIBYTE)
EPOCH = "1970-01-01T00:00:00.000Z"
FRESH = "return { a: [1, 2].map((x) => x + 1), b: typeof planted, c: ({}).planted === undefined }"


@pytest.fixture(scope="module")
def code(sandbox):
    """Runs code over items' JSON."""

    def run(source, *objects, mode="all", limits=QUICK, items=None, **context) -> CodeResult:
        given = items if items is not None else [{"json": value} for value in objects]
        return sandbox.run_code(CodeRequest("javascript", source, given, NEW_YORK, mode, context), limits)

    return run


@pytest.fixture(scope="module")
def gives(code):
    """The JSON of the items that code gives."""
    return lambda source, *objects, **more: [item["json"] for item in code(source, *objects, **more).items]


@pytest.fixture
def fails(code):
    def run(source, *objects, **more) -> StepFailure:
        with pytest.raises(StepFailure) as raised:
            code(source, *objects, **more)
        return raised.value

    return run


@pytest.fixture
def stopped(code):
    def run(source, *objects, limits=SMALL, **more) -> str:
        with pytest.raises(SandboxViolation) as raised:
            code(source, *objects, limits=limits, **more)
        return raised.value.details["limit"]

    return run


# --- what is returned -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("return items", [{"a": 1}, {"a": 2}]),
        ("return $input.all()", [{"a": 1}, {"a": 2}]),
        ("for (const item of $input.all()) item.json.a = 1\nreturn $input.all();", [{"a": 1}, {"a": 1}]),
        ("return []", []),
        ("return [{ x: 1 }, { x: 2 }]", [{"x": 1}, {"x": 2}]),
        ("return { x: 1 }", [{"x": 1}]),
        ("return { json: { x: 1 } }", [{"x": 1}]),
        ("return { first: $input.first().json.a, last: $input.last().json.a }", [{"first": 1, "last": 2}]),
        ("return { json: $json, item: item.json, at: $itemIndex }", None),
        ("return { day: new Date(0), none: undefined, big: 10n }", [{"day": EPOCH, "big": "10"}]),
        ("return { a: 1 } // the end", [{"a": 1}]),
        ("const items = $input.all(); const $json = 2; return { n: items.length + $json }", [{"n": 4}]),
    ],
)  # fmt: skip
def test_code_for_all_items_gives(gives, fails, source, wanted):
    if wanted is None:
        assert 'beside "json"' in fails(source, {"a": 1}).args[0]
    else:
        assert gives(source, {"a": 1}, {"a": 2}) == wanted


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("return $input.item", [{"a": 1}, {"a": 2}]),
        ("$json.at = $itemIndex; return item", [{"a": 1, "at": 0}, {"a": 2, "at": 1}]),
        ("return { b: $json.a * 2 }", [{"b": 2}, {"b": 4}]),
        ("return $json.a === 1 ? null : { json: { b: 1 } }", [{"b": 1}]),
        ("return { b: await Promise.resolve($json.a) }", [{"b": 1}, {"b": 2}]),
    ],
)
def test_code_for_each_item_gives(gives, source, wanted):
    assert gives(source, {"a": 1}, {"a": 2}, mode="each") == wanted


@pytest.mark.parametrize(
    ("source", "mode", "message"),
    [
        ("", "all", "must return an array of items, one object for each, but it returned nothing"),
        ("return 5", "all", "it returned a number"),
        ("return null", "all", "it returned null"),
        ("return [1]", "all", "at [0] there is a number, not an object"),
        ("return [[{ json: {} }]]", "all", "at [0] there is an array"),
        ("return [{ json: {} }, { a: 1 }]", "all", 'some of the returned items have "json"'),
        ("return { json: [] }", "all", '"json" of the returned item at [0] must be an object, not an array'),
        ("return { json: {}, b: 1 }", "all", 'has "b" beside "json"'),
        ("return { json: {}, binary: 1 }", "all", '"binary" of the returned item at [0] must be an object'),
        ("return { json: {}, pairedItem: 'x' }", "all", '"pairedItem" of the returned item'),
        ("return { json: { toJSON: () => 5 } }", "all", '"json" of every returned item must be an object'),
        ("return [{}]", "each", "must return one object for each item"),
        ("", "each", "but it returned nothing"),
    ],
)
def test_what_is_no_item_is_told(fails, source, mode, message):
    assert message in fails(source, {"a": 1}, mode=mode).args[0]


@pytest.mark.parametrize(
    ("source", "mode", "paired"),
    [
        ("return items.reverse()", "all", [{"item": 1}, {"item": 0}]),
        ("return items.slice(1)", "all", [{"item": 1}]),
        ("return items.slice(1).map(({ json }) => ({ json }))", "all", [{"item": 1}]),
        ("return items.map((item) => ({ ...item, json: {} }))", "all", [{"item": 0}, {"item": 1}]),
        ("return { json: {}, pairedItem: 1 }", "all", [1]),
        ("return { json: {}, pairedItem: [{ item: 0 }, 1] }", "all", [[{"item": 0}, 1]]),
        ("return {}", "all", [None]),
        ("return {}", "each", [{"item": 0}, {"item": 1}]),
        ("return { json: {}, pairedItem: 0 }", "each", [0, 0]),
    ],
)
def test_items_are_paired_with_those_that_came_in(code, source, mode, paired):
    given = [{"json": {"n": n}, "pairedItem": {"item": 7}} for n in range(2)]
    assert [item.get("pairedItem") for item in code(source, items=given, mode=mode).items] == paired


def test_files_go_through(code):
    given = [{"json": {}, "binary": {"data": {"mimeType": "a/b"}}}]
    assert code("return items", items=given).items[0]["binary"] == given[0]["binary"]


# --- names --------------------------------------------------------------------------------------------


def test_the_names_of_expressions_are_there(gives):
    source = """
      const { workflow } = { workflow: $workflow };
      return { now: $now.toISO(), then: DateTime.fromMillis(0).year, found: $jmespath({ a: [1] }, "a[0]"),
        flow: workflow.id, earlier: $('Start').first().json.v, colour: $vars.colour, run: $runIndex,
        most: $max(1, 2), seen: $("Start").isExecuted }"""
    nodes = {"Start": {"runs": [{"outputs": [[{"json": {"v": 5}}]], "source": []}]}}
    (found,) = gives(source, {}, workflow={"id": "w"}, nodes=nodes, vars={"colour": "red"}, run=3)
    assert found == {
        "now": "2023-11-14T17:13:20.000-05:00", "then": 1969, "found": 1, "flow": "w", "earlier": 5,
        "colour": "red", "run": 3, "most": 2, "seen": True,
    }  # fmt: skip


def test_time_and_chance_repeat(code):
    source = "return { at: Date.now(), r: Math.random() }"
    assert code(source).items == code(source).items


def test_promises_and_timers_are_run_to_their_end(gives):
    source = """
      const seen = [];
      const later = (ms) => new Promise((done) => setTimeout(() => { seen.push(ms); done() }, ms));
      clearTimeout(setTimeout(() => seen.push("never"), 1));
      await Promise.all([later(30), later(10), later(20)]);
      for await (const x of (async function* () { yield 1; yield 2 })()) seen.push(x);
      return { seen };"""
    assert gives(source) == [{"seen": [10, 20, 30, 1, 2]}]


def test_a_promise_that_never_settles_is_an_error(stopped):
    assert stopped("await new Promise(() => {})") == "promise"
    assert stopped("await new Promise((done) => { setTimeout(() => {}, 5) })") == "promise"


def test_endless_timers_are_stopped(stopped):
    assert stopped("await new Promise(() => { const f = () => setTimeout(f); f() })") in ("timers", "time")


# --- errors and logs ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "message", "line", "column"),
    [
        ("const x = 1;\n  null.foo;", "Cannot read properties of null (reading 'foo')", 2, 3),
        (
            "function f(a) { return a.b.c }\nawait 1;\nreturn f({})",
            "Cannot read properties of undefined (reading 'c')",
            1,
            24,
        ),
        ("\nthrow new RangeError('mine')", "mine", 2, 11),
        ("const a = ;", "Unexpected token", 1, 11),
        ("return 1;\n}); (function () {", "Unexpected token", 2, 1),
        ("import x from 'y'", "'import' and 'export'", 1, 1),
        ("missing()", "missing is not defined", 1, 1),
        ("return require('fs')", "Cannot find module 'fs'", 1, 8),
        ("return $('Nope').all()", "Referenced node doesn't exist", 1, 8),
    ],
)
def test_an_error_names_line_and_column_of_the_code(fails, source, message, line, column):
    failure = fails(source, {})
    assert message in failure.args[0]
    assert (failure.details["line"], failure.details["column"]) == (line, column)
    assert failure.args[0].endswith(f" [line {line}]")


def test_an_error_names_its_item(fails):
    failure = fails("if ($json.a === 2) throw new Error('no');\nreturn {}", {"a": 1}, {"a": 2}, mode="each")
    assert failure.details["item"] == 1
    assert failure.args[0] == "no [line 1, for item 1]"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("let a; a.b = 1", "Cannot set properties of undefined (setting 'b')"),
        ("const a = { b: {} }; a.b.c()", "a.b.c is not a function"),
        ("items.map((x) => x).foo()", "items.map(...).foo is not a function"),
        ("const f = 5; f()", "f is not a function"),
        ("const a = {}; new a.B()", "a.B is not a constructor"),
        ("const a = [1]; a[0]()", "a[0] is not a function"),
        ("for (const x of undefined) {}", "undefined is not iterable"),
        ("const a = 1; a = 2", "Assignment to constant variable."),
        ("a.b; let a = 1", "Cannot access 'a' before initialization"),
        ("1n + 1", "Cannot mix BigInt and other types, use explicit conversions"),
        ("new Date('x').toISOString()", "Invalid time value"),
        ("decodeURIComponent('%')", "URI malformed"),
    ],
)
def test_errors_of_the_engine_are_told_in_the_words_people_know(fails, source, message):
    assert fails(source, {}).args[0] == f"{message} [line 1]"


@pytest.mark.parametrize(
    ("thrown", "message"),
    [
        ("'text'", "text"),
        ("{ message: 'mine' }", "mine"),
        ("null", "null"),
        ("undefined", "undefined"),
        ("{ get message() { throw 1 } }", "the code threw something that cannot be shown"),
        ("new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } })", "the code threw something"),
    ],
)
def test_anything_may_be_thrown(fails, thrown, message):
    assert fails(f"throw {thrown}").args[0].startswith(message)


def test_the_console_is_captured(code):
    source = """
      console.log("a", 1, { b: [null] }, undefined, 10n);
      console.info("i"); console.warn("w"); console.error(new TypeError("e")); console.debug(() => {});
      return []"""
    assert code(source).logs == [
        'a 1 {"b":[null]} undefined 10',
        "info: i",
        "warn: w",
        "error: TypeError: e",
        "debug: [Function: anonymous]",
    ]


def test_the_console_has_limits(code):
    logs = code("for (let n = 0; n < 5000; n++) console.log(n); return []").logs
    assert len(logs) == 1001
    assert logs[-1] == "(what else was logged is left out)"
    assert len(code("console.log('x'.repeat(1e6)); return []").logs[0]) <= 10_001
    many = code("for (let n = 0; n < 500; n++) console.log('x'.repeat(1e5)); return []").logs
    assert sum(map(len, many)) < 300 * 1024


def test_an_error_carries_the_last_lines(fails):
    failure = fails("for (let n = 0; n < 50; n++) console.log(n); throw 'x'")
    assert failure.details["logs"] == [str(n) for n in range(50)]


# --- attacks --------------------------------------------------------------------------------------------

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
