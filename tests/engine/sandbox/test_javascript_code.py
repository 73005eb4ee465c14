"""Code steps in JavaScript: what goes in and comes out, and errors."""

from __future__ import annotations

import pytest

from engine.ports.sandbox import CodeRequest, Determinism, SandboxLimits

EPOCH = "1970-01-01T00:00:00.000Z"


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
        ("return { json: $json, item: item.json, at: $itemIndex }", [{"a": 1}]),
        ("return { day: new Date(0), none: undefined, big: 10n }", [{"day": EPOCH, "big": "10"}]),
        ("return { a: 1 } // the end", [{"a": 1}]),
        ("const items = $input.all(); const $json = 2; return { n: items.length + $json }", [{"n": 4}]),
    ],
)  # fmt: skip
def test_code_for_all_items_gives(gives, source, wanted):
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
        ("", "all", "Code doesn't return items properly"),
        ("return 5", "all", "Code doesn't return items properly"),
        ("return [1]", "all", "Code doesn't return items properly"),
        ("return [[{ json: {} }]]", "all", "Code doesn't return items properly"),
        ("return [{ json: {} }, { a: 1 }]", "all", "Unknown top-level item key: a [item 1]"),
        ("return [{ json: {} }, {}]", "all", "Inconsistent item format"),
        ("return [{ error: 'x', b: 1 }]", "all", "Invalid output format [item 0]"),
        ("return { json: [] }", "all", "A 'json' property isn't an object [item 0]"),
        ("return [{ json: {}, binary: 1 }]", "all", "A 'binary' property isn't an object [item 0]"),
        ("return { json: { toJSON: () => 5 } }", "all", '"json" of every returned item must be an object'),
        ("return [{}]", "each", "A 'json' property isn't an object [item 0]"),
        ("return $input.all()[0]", "each", "Can't use .all() here [line 1, for item 0]"),
    ],
)
def test_what_is_no_item_is_told(fails, source, mode, message):
    assert message in fails(source, {"a": 1}, mode=mode).args[0]


@pytest.mark.parametrize(
    ("source", "mode", "wanted"),
    [
        ("return null", "all", []),
        ("return { json: { a: 1 }, b: 2 }", "all", [{"a": 1}]),
        ("return { binary: {} }", "all", [{"binary": {}}]),
        ("return [{ error: 'x' }]", "all", [{"error": "x"}]),
        ("", "each", []),
        ("return { json: { a: 1 }, b: 2 }", "each", [{"a": 1}]),
        ("return { error: 'x', b: 1 }", "each", [{"error": "x", "b": 1}]),
        ("// $input.all()\nreturn {}", "each", [{}]),
        ("console.table([1]); console.group(); console.timeEnd('a'); return {}", "all", [{}]),
    ],
)
def test_what_code_gives_becomes_items(gives, source, mode, wanted):
    assert gives(source, {"n": 1}, mode=mode) == wanted


def test_tolerant_code_tells_of_the_items_it_fails_for(sandbox):
    source = "if ($json.n === 2) throw new Error('boom');\nreturn item"
    items = [{"json": {"n": n}} for n in (1, 2, 3)]
    request = CodeRequest("javascript", source, items, Determinism(0), "each", tolerant=True)
    found = sandbox.run_code(request, SandboxLimits()).items
    assert [item["json"] for item in found] == [{"n": 1}, {"error": "boom [line 1, for item 1]"}, {"n": 3}]
    assert found[1]["error"]["message"] == "boom [line 1, for item 1]"
    assert [item["pairedItem"] for item in found] == [{"item": 0}, {"item": 1}, {"item": 2}]


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
