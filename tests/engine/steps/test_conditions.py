"""Tests of typed conditions, with the real guest for patterns and dates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import SandboxViolation, StepFailure
from engine.base.limits import Limits
from engine.testing.step_bench import StepBench, items_of
from tests.engine.steps.guests import sandbox


def met(kind, operator, value, other=None, **rest):
    parameters = {"value": value, "operator": operator, "compareTo": other, "type": kind, **rest}
    options = {"limits": parameters.pop("limits")} if "limits" in parameters else {}
    bench = StepBench("logic.condition", parameters, sandbox=sandbox(), **options)
    return list(bench.run(items_of({})).outputs) == ["true"]


@pytest.mark.parametrize(
    ("kind", "operator", "value", "other"),
    [
        ("string", "equals", "Ab", "Ab"),
        ("string", "isEmpty", None, None),
        ("string", "contains", "abc", ""),
        ("string", "startsWith", None, ""),
        ("string", "notEndsWith", "abc", "b"),
        ("string", "matches", "item 42", "[0-9]+"),
        ("string", "matches", "ITEM", "/^item$/i"),
        ("string", "notMatches", "item", "^$"),
        ("string", "matches", "a/b", "^a/b$"),
        ("number", "equals", 2, 2.0),
        ("number", "greaterOrEqual", None, 0),
        ("number", "isEmpty", None, None),
        ("boolean", "isFalse", False, None),
        ("boolean", "isFalse", None, None),
        ("boolean", "notEquals", True, False),
        ("array", "contains", [1, "x"], "x"),
        ("array", "notContains", [{"a": 1}], "a"),
        ("array", "lengthGreater", [1, 2], 1),
        ("array", "isEmpty", [], None),
        ("object", "isNotEmpty", {"a": 1}, None),
        ("any", "exists", 0, None),
        ("dateTime", "before", "2024-02-28", "2024-02-28T00:00:01Z"),
        ("dateTime", "equals", "2024-05-01T12:00:00+02:00", "Wed, 01 May 2024 10:00:00 GMT"),
        ("dateTime", "afterOrEqual", "2024-05-01 10:00:00", "2024-05-01"),
        ("dateTime", "isEmpty", None, None),
    ],
)
def test_typed_conditions_hold(kind, operator, value, other):
    assert met(kind, operator, value, other)


@pytest.mark.parametrize(
    ("kind", "operator", "value", "other"),
    [
        ("string", "equals", "a", "A"),
        ("number", "greater", 1, 1),
        ("number", "less", None, 0),
        ("boolean", "isTrue", None, None),
        ("array", "lengthEquals", [], 1),
        ("any", "exists", None, None),
        ("dateTime", "after", None, "2024-01-01"),
        ("string", "matches", "item", "^x"),
    ],
)
def test_typed_conditions_do_not_hold(kind, operator, value, other):
    assert not met(kind, operator, value, other)


def test_letter_case_can_be_ignored_but_a_pattern_keeps_its_own():
    assert met("string", "equals", "aB", "Ab", ignoreCase=True)
    assert met("array", "contains", ["Bonn"], "bonn", ignoreCase=True)
    assert not met("string", "matches", "ABC", "A", ignoreCase=True)
    assert met("string", "matches", "ABC", "a", ignoreCase=True)


@pytest.mark.parametrize(
    ("kind", "value", "other", "message"),
    [
        ("number", "5", 5, r"Wrong type: '5' is a string but was expecting a number \[condition 0, item 0\]"),
        ("string", 5, "5", r"Wrong type: '5' is a number but was expecting a string"),
        ("array", {"a": 1}, 1, r"Wrong type: '\[object Object\]' is an object but was expecting an array"),
        ("dateTime", "", "2024-01-01", r"Wrong type: '' is a string but was expecting a dateTime"),
        ("dateTime", "x", "y", r"Comparison type expects a dateTime but both fields are a string$"),
    ],
)
def test_strict_types_refuse_others(kind, value, other, message):
    with pytest.raises(StepFailure, match=message):
        met(kind, "equals", value, other)


@pytest.mark.parametrize(
    ("kind", "value"), [("string", 5), ("number", "5"), ("object", "x"), ("boolean", [1]), ("dateTime", "x")]
)
def test_whether_there_is_a_value_is_asked_of_the_type_too(kind, value):
    for operator in ("exists", "notExists"):
        with pytest.raises(StepFailure, match="Wrong type"):
            met(kind, operator, value)


def test_two_sides_that_are_wrong_alike_are_told_at_once():
    with pytest.raises(StepFailure, match="Comparison type expects a number but both fields are a string"):
        met("number", "greater", "5", "6")


def test_no_date_is_neither_the_same_nor_another():
    assert not met("dateTime", "equals", None, "2024-05-01")
    assert not met("dateTime", "notEquals", None, "2024-05-01")


@pytest.mark.parametrize("strict", [True, False])
def test_empty_text_is_no_number_but_zero_as_a_numeral(strict):
    assert met("number", "isEmpty", "", loose=not strict)
    assert not met("number", "equals", [], 0, loose=not strict)
    assert not met("number", "greaterOrEqual", {"$undefined": True}, -1, loose=not strict)
    assert met("numeral", "equals", "", 0, loose=True)
    assert met("numeral", "equals", [], 0, loose=True)
    with pytest.raises(StepFailure, match="Wrong type: '' is a string but was expecting a number"):
        met("numeral", "equals", "", 0)


def test_truth_asks_only_whether_there_is_something():
    assert met("truth", "isTrue", "false", loose=True)
    assert not met("boolean", "isTrue", "false", loose=True)
    assert not met("truth", "isTrue", "", loose=True)


@pytest.mark.parametrize(
    ("kind", "operator", "value", "other"),
    [
        ("number", "equals", "5", 5),
        ("number", "isEmpty", " ", None),
        ("string", "equals", 5, "5"),
        ("string", "contains", {"a": [1]}, '"a":[1]'),
        ("boolean", "equals", "TRUE", 1),
        ("boolean", "isTrue", "anything", None),
        ("array", "contains", "[1, 2]", 2),
        ("array", "contains", "['a']", "a"),
        ("boolean", "isFalse", [], None),
        ("object", "isNotEmpty", '{"a": 1}', None),
        ("object", "isNotEmpty", "{a: 1}", None),
    ],
)
def test_loose_types_convert(kind, operator, value, other):
    assert met(kind, operator, value, other, loose=True)


@pytest.mark.parametrize(
    ("kind", "value"), [("number", "five"), ("array", "x"), ("object", "[1]"), ("dateTime", "someday")]
)
def test_what_cannot_be_converted_is_told(kind, value):
    with pytest.raises(
        StepFailure, match=rf"Conversion error: the string '.*' can't be converted to an? {kind}"
    ):
        met(kind, "equals", value, None, loose=True)


@pytest.mark.parametrize(
    ("operator", "value", "other", "wanted"),
    [
        ("equals", 5, "5", False),
        ("contains", None, "", True),
        ("contains", 1234, 23, True),
        ("less", None, 1, True),
        ("less", "10", 9, False),
        ("isEmpty", {}, None, True),
        ("isEmpty", 0, None, False),
        ("matches", None, "^$", True),
        ("after", "2024-01-02", "2024-01-01T00:00:00Z", True),
        ("before", 1000, "1970-01-01T00:00:02Z", True),
    ],
)
def test_script_compares_as_javascript_does(operator, value, other, wanted):
    assert met("script", operator, value, other) is wanted


def test_a_pattern_that_is_none_is_told():
    with pytest.raises(StepFailure, match="the pattern '\\(' is not valid"):
        met("string", "matches", "x", "(")


def test_a_hostile_pattern_is_stopped_in_the_guest():
    with pytest.raises(SandboxViolation):
        met("string", "matches", "a" * 40 + "b", "^(a+)+$", limits=Limits(sandbox_deadline_ms=200))


def test_the_guest_is_asked_once_for_many_items():
    class Counting:
        calls = 0

        def evaluate(self, batch, limits):
            Counting.calls += 1
            return sandbox().evaluate(batch, limits)

    bench = StepBench(
        "logic.condition",
        lambda item, _: {
            "value": item["json"]["n"],
            "operator": "matches",
            "compareTo": "^1",
            "type": "string",
        },
        sandbox=Counting(),
    )
    result = bench.run(items_of(*({"n": str(n)} for n in range(300))))
    assert len(result.outputs["true"]) == 111
    assert Counting.calls == 1


ANY = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=3), st.lists(st.integers(), max_size=2)
)


@given(
    st.sampled_from(["string", "number", "boolean", "array", "object", "any", "script"]),
    st.sampled_from([("equals", "notEquals"), ("contains", "notContains"), ("isEmpty", "isNotEmpty")]),
    ANY,
    ANY,
)
def test_an_operator_and_its_opposite_never_agree(kind, operators, value, other):
    verdicts = []
    for operator in operators:
        try:
            verdicts.append(met(kind, operator, value, other))
        except StepFailure:
            verdicts.append(None)
    assert verdicts[0] is None or verdicts[0] != verdicts[1]
    assert (verdicts[0] is None) == (verdicts[1] is None)
