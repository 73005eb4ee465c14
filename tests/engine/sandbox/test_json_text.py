"""Values on their way out of the guest: the text of a plain one is that of JSON.stringify."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ports.sandbox import ExpressionBatch
from engine.sandbox.wasm_sandbox import WasmSandbox
from tests.engine.sandbox.conftest import NEW_YORK, QUICK

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text() | st.floats(-1e15, 1e15),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=6), inner, max_size=5),
    max_leaves=20,
)


def evaluated(sandbox: WasmSandbox, template: str, json: dict[str, Any] | None = None) -> Any:
    found = sandbox.evaluate(ExpressionBatch([template], [{"json": json or {}}], NEW_YORK), QUICK)
    assert not found.faults
    return found.values[0][0]


def as_javascript(value: Any) -> Any:
    """What JSON.parse makes of a value's text: whole numbers are integers."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, list):
        return [as_javascript(part) for part in value]
    if isinstance(value, dict):
        return {key: as_javascript(part) for key, part in value.items()}
    return value


@given(PLAIN)
def test_json_comes_back_as_it_went_in(sandbox, value):
    assert evaluated(sandbox, "={{ $json.value }}", {"value": as_javascript(value)}) == as_javascript(value)


VALUES = [
    "{ 10: 'ten', b: 1, 2: 'two', a: 2 }",
    "{ 4294967294: 1, z: 2, 4294967295: 3 }",
    "{ a: undefined, b: [undefined, null], c: NaN, d: -Infinity, e: -0 }",
    "[1, , 3]",
    "Object.assign([1, 2], { more: 3 })",
    "Object.assign(Array(3), { 1: 'x' })",
    "{ get a() { return 1 }, b: 2 }",
    "{ toJSON() { return 'told' } }",
    "{ toJSON: 'no function', a: 1 }",
    "{ [Symbol('s')]: 1, a: Symbol('t') }",
    "{ a: 'line\\nquote\"back\\\\slash\\u0000\\u001f\\u007f\\u2028é€😀' }",
    "{ ['key\\n\"é😀']: 'x'.repeat(3) + '€' + 'y'.repeat(3) }",
    "{ date: new Date(0), boxed: [new Number(1), new String('s'), new Boolean(false)] }",
    "{ map: new Map([[1, 2]]), nothing: Object.create(null) }",
    "{ typed: new Uint8Array([1, 2]), re: /x/g, error: new Error('no'), fn() {} }",
    "{ a: 1.5, b: 1e21, c: 1e-7, d: 2147483648, e: -2147483648, f: 0.1 + 0.2 }",
    "Array(150).fill(0).reduce((inner) => ({ inner }), {})",
    "Array(150).fill(0).reduce((inner) => [inner], [])",
    "{ rope: Array(40).fill('part ').reduce((all, part) => all + part, '') }",
    "new (class { a = 1 })()",
    "Array.from({ length: 3 }, (_, i) => ({ i, list: [i, [i]] }))",
]


@pytest.mark.parametrize("value", VALUES)
def test_the_text_of_a_value_is_what_json_stringify_says(sandbox, value):
    found, text = evaluated(
        sandbox, f"={{{{ (() => {{ const v = {value}; return [v, JSON.stringify(v)] }})() }}}}"
    )
    expected = json.loads(text)
    assert found == expected
    if isinstance(expected, dict):
        assert list(found) == list(expected)


def test_what_json_holds_beyond_64_bits_or_text_reaches_the_guest(sandbox):
    assert evaluated(sandbox, "={{ [$json.big, $json.half.length] }}", {"big": 2**70, "half": "\ud800"}) == [
        2.0**70,
        1,
    ]


def test_half_of_a_surrogate_pair_becomes_a_replacement_character(sandbox):
    value = "={{ ({ ['k\\ud800']: ['a\\udc00b', 'whole \\ud83d\\ude00'] }) }}"
    assert evaluated(sandbox, value) == {"k\ufffd": ["a\ufffdb", "whole 😀"]}


def test_a_text_that_speaks_of_escapes_is_left_alone(sandbox):
    assert evaluated(sandbox, "={{ ({ a: '\\\\ud800' }) }}") == {"a": "\\ud800"}


def test_what_goes_in_circles_says_so(sandbox):
    value = "={{ (() => { const a = { n: 1 }; a.self = a; return a })() }}"
    assert evaluated(sandbox, value) == {"n": 1, "self": "[Circular Reference]"}
