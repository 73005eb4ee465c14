"""Templates: what is an expression, what keeps its type, what text becomes of values."""

from __future__ import annotations

import pytest

from engine.base.errors import SandboxViolation

UNDEFINED = {"$undefined": True}
ITEM = {"a": 1, "s": "x", "list": [3, 1, 2], "o": {"k": "v"}, "none": None}


@pytest.mark.parametrize(
    ("template", "wanted"),
    [
        ("no expression", "no expression"),
        ("=no expression", "no expression"),
        ("", ""),
        ("{{ 1 + 1 }}", 2),
        ("={{ 1 + 1 }}", 2),
        (" {{ 1 }}", " 1"),
        ("{{ 1 }}{{ 2 }}", "12"),
        ("{{ $json.list }}", [3, 1, 2]),
        ("{{ $json.none }}", None),
        ("{{ $json.missing }}", UNDEFINED),
        ("{{ $json.missing.deeper }}", UNDEFINED),
        ("{{ unknown }}", UNDEFINED),
        ("{{ unknown.deeper() }}", UNDEFINED),
        ("{{ typeof unknown }}", "undefined"),
        ("{{ }}", UNDEFINED),
        ("{{ /* nothing */ }}", UNDEFINED),
        ("{{ 1 // one\n }}", 1),
        ("{{ {a: {b: 1}}.a.b }}", 1),
        ('{{ {"a":{"b":1}}}}', {"a": {"b": 1}}),
        ('{{ "}}" }}', "}}"),
        ("\\{{ 1 }} {{ 2 }}", "{{ 1 }} 2"),
        ("{{ unfinished", "{{ unfinished"),
        ("{{ let a = 2; a * 3 }}", 6),
        ("{{ $json.a; $json.s }}", "x"),
        ("{{ (() => { const { a, ...rest } = $json; return rest.s + a })() }}", "x1"),
        ("{{ [1, 2].map(function (x) { return x * $json.a }) }}", [1, 2]),
        ("{{ `${$json.a}-${`${$json.s}`}` }}", "1-x"),
        ("{{ x = 5, x + 1 }}", 6),
        ("{{ (({ s: q = 1 }) => q)($json) }}", "x"),
        ("{{ { a: $json.a, $json } .$json.s }}", "x"),
    ],
)
def test_a_template_gives(value, template, wanted):
    assert value(template, ITEM) == wanted


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("null", ""),
        ("undefined", ""),
        ("NaN", ""),
        ("0", "0"),
        ("false", "false"),
        ("[1, [2]]", "1,2"),
        ("({a: 1})", "[object Object]"),
        ("10n", "10"),
        ("$now", "2023-11-14T17:13:20.000-05:00"),
        ("new Date(0)", "Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)"),
        ("null.x", ""),
    ],
)
def test_in_text_a_value_shows_as(value, written, shown):
    assert value(f"<{{{{ {written} }}}}>") == f"<{shown}>"


def test_what_json_lacks_is_marked_where_asked_for(value):
    assert value("{{ [undefined, NaN, -0, 1n, new Date(0), $now, Infinity] }}") == [
        UNDEFINED,
        {"$number": "NaN"},
        {"$number": "-0"},
        {"$bigint": "1"},
        {"$date": "1970-01-01T00:00:00.000Z"},
        "2023-11-14T17:13:20.000-05:00",
        {"$number": "Infinity"},
    ]


def test_without_marks_values_are_plain_json(value):
    assert value("{{ [undefined, NaN, 1n, new Date(0), {u: undefined}] }}", marked=False) == [
        None,
        None,
        "1",
        "1970-01-01T00:00:00.000Z",
        {},
    ]
    assert value("{{ undefined }}", marked=False) is None
    assert value("{{ '\\ud800' }}", marked=False) == "\ufffd"


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ a b }}", "invalid syntax"),
        ("{{ import('x') }}", "invalid syntax"),
        ("{{ Math.max }}", "this is a function, please add ()"),
        ("{{ DateTime }}", "this is a DateTime, please access its methods"),
        ("{{ $json.missing.toInt() }}", "toInt can't be used on undefined value"),
        ("{{ (function f() { return f() })() }}", "Maximum call stack size exceeded"),
        ("{{ $env.HOME }}", "access to env vars denied"),
    ],
)
def test_a_mistake_is_told(fault, template, message):
    assert fault(template, ITEM) == message


def test_one_faulty_item_leaves_the_others_their_values(batch):
    found = batch(["{{ $json.n.toInt() }}", "{{ $json.n }}"], [{"n": "1"}, {"n": "x"}, {"n": "3"}])
    assert found.values == [[1, "1"], [None, "x"], [3, "3"]]
    assert [(fault.row, fault.template) for fault in found.faults] == [(1, 0)]


def test_only_the_wanted_items_are_evaluated(batch):
    assert batch(["{{ $itemIndex }}"], [{}, {}, {}], indexes=[2, 0]).values == [[2], [0]]


def test_without_items_templates_are_evaluated_once(batch, fault):
    assert batch(["{{ 1 }}", "{{ $runIndex }}"]).values == [[1, 0]]
    assert fault("{{ $json.a }}") == "Node 'node' hasn't been executed"


def test_an_expression_that_changes_a_value_changes_a_copy(batch):
    found = batch(["{{ $json.list.sort() }}", "{{ $json.list }}", "{{ $json.a = 5 }} {{ $json.a }}"], [ITEM])
    assert found.values == [[[1, 2, 3], [3, 1, 2], "5 5"]]


def test_time_and_chance_are_what_the_batch_says(batch):
    templates = ["{{ Math.random() }}", "{{ Date.now() }}", "{{ $now.toMillis() }}"]
    assert batch(templates).values == batch(templates).values
    assert batch(templates).values[0][1:] == [1_700_000_000_000, 1_700_000_000_000]


def test_a_lone_surrogate_or_a_huge_integer_on_the_way_in_does_no_harm(value):
    assert value("{{ $json.n > 1e20 }}", {"n": 2**70}) is True
    assert value("{{ $json.b }}", {"b": b"bytes"}) == "bytes"


def test_an_unknown_time_zone_is_told(batch):
    with pytest.raises(SandboxViolation, match="unknown time zone Mars/Olympus"):
        batch(["{{ $now }}"], zone="Mars/Olympus")
