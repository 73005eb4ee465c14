"""Tests of the operators of conditions."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.steps.operators import NotComparable, holds, same

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("name", "value", "other"),
    [
        ("equals", 1, 1.0),
        ("equals", {"a": [1]}, {"a": [1.0]}),
        ("equals", None, None),
        ("notEquals", True, 1),
        ("notEquals", [True], [1]),
        ("notEquals", {"a": 0}, {"a": False}),
        ("notEquals", "1", 1),
        ("greater", 2, 1.5),
        ("greater", "b", "a"),
        ("greaterOrEqual", 2, 2),
        ("less", "2026-01-01", "2026-02-01"),
        ("lessOrEqual", 1, 1),
        ("contains", "hello", "ell"),
        ("contains", [1, {"a": 1}], {"a": 1}),
        ("contains", {"a": None}, "a"),
        ("notContains", [1], True),
        ("startsWith", "hello", "he"),
        ("endsWith", "hello", "lo"),
        ("in", 2, [1, 2]),
        ("notIn", "2", [1, 2]),
        ("isEmpty", None, None),
        ("isEmpty", "", None),
        ("isEmpty", [], None),
        ("isEmpty", {}, None),
        ("isNotEmpty", 0, None),
        ("isNotEmpty", False, None),
        ("isTrue", True, None),
        ("isFalse", False, None),
        ("exists", 0, None),
        ("notExists", None, None),
    ],
)
def test_what_holds_strictly(name, value, other):
    assert holds(name, value, other)


@pytest.mark.parametrize(
    ("name", "value", "other"),
    [
        ("greater", "5", 3),
        ("less", None, 3),
        ("greater", True, 0),
        ("greater", [1], [0]),
        ("contains", 15, "5"),
        ("contains", None, "a"),
        ("startsWith", "5", 5),
        ("in", 1, "1,2"),
        ("notIn", 1, None),
        ("isTrue", "true", None),
        ("isFalse", None, None),
    ],
)
def test_what_cannot_be_compared_strictly_says_what_it_is(name, value, other):
    with pytest.raises(NotComparable) as caught:
        holds(name, value, other)
    assert name.replace("notIn", "in") in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "other", "result"),
    [
        ("equals", "5", 5, True),
        ("equals", " 5.0 ", 5, True),
        ("equals", "true", True, True),
        ("equals", 1, True, True),
        ("equals", "", None, False),
        ("equals", False, None, False),
        ("equals", "1_000", 1000, False),
        ("equals", "inf", "inf", True),
        ("equals", "infinity", float("inf"), False),
        ("equals", "9007199254740993", 9007199254740993, True),
        ("greater", "10", "9", True),
        ("greater", "10", 9, True),
        ("contains", 150, 5, True),
        ("contains", None, "a", False),
        ("startsWith", 150, "15", True),
        ("endsWith", True, "ue", True),
        ("in", 2, "1, 2", True),
        ("contains", ["5"], 5, True),
        ("isTrue", "TRUE", None, True),
        ("isTrue", 3, None, True),
        ("isTrue", "maybe", None, False),
        ("isFalse", "maybe", None, False),
        ("isFalse", None, None, True),
    ],
)
def test_what_holds_loosely(name, value, other, result):
    assert holds(name, value, other, loose=True) is result


def test_what_has_no_loose_meaning_is_still_an_error():
    with pytest.raises(NotComparable):
        holds("greater", "apple", 3, loose=True)


@given(json_values, json_values)
def test_equality_is_symmetric_and_its_opposite_is_its_negation(one, other):
    assert same(one, one)
    assert same(one, other) == same(other, one)
    for loose in (False, True):
        assert holds("equals", one, other, loose) == holds("equals", other, one, loose)
        assert holds("equals", one, other, loose) != holds("notEquals", one, other, loose)
        assert not same(one, other) or holds("equals", one, other, loose)


@given(st.lists(st.integers() | st.floats(allow_nan=False, allow_infinity=False), min_size=2))
def test_order_agrees_with_numbers(numbers):
    for left, right in pairwise(sorted(numbers)):
        assert holds("lessOrEqual", left, right)
        assert not holds("greater", left, right)
