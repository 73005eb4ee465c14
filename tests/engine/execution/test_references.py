"""References in parameters."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import InvalidInput
from engine.execution.references import StepOutput, nearest, resolve
from engine.flow.references import is_dynamic, parse_reference

VALUES = {
    "json": {"name": "bo", "tags": ["x", "y"], "deep": {"a b": {"c": 1}}},
    "one": StepOutput([{"n": 1, "list": [{"v": 5}]}]),
    "many": StepOutput([{"n": 1}, {"n": 2}]),
    "none": StepOutput([]),
}


def scope(name: str) -> Any:
    if name in VALUES:
        return VALUES[name]
    raise KeyError(nearest(name, list(VALUES)))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$json.name", "bo"),
        ("$json.tags[1]", "y"),
        ("$json.tags.0", "x"),
        ("$json.tags.length", 2),
        ('$json.deep["a b"].c', 1),
        ("$json['deep']['a b']", {"c": 1}),
        ("$one.result", {"n": 1, "list": [{"v": 5}]}),
        ("$one.result.list[0].v", 5),
        ("$one.n", 1),
        ("$one.items", [{"n": 1, "list": [{"v": 5}]}]),
        ("$many.result", [{"n": 1}, {"n": 2}]),
        ("$many.result[1].n", 2),
        ("$many.items[0].n", 1),
        ("$none.result", []),
        ("$json.missing.deeper", None),
        ("$json.tags[9]", None),
    ],
)
def test_a_reference_names_a_value(text: str, value: object) -> None:
    assert resolve(text, scope, "here") == value


@pytest.mark.parametrize(
    "text", ["plain", "$", "$5", "costs $json.name", "$json.name!", "$json..a", "$ json", ""]
)
def test_any_other_string_stays_as_it_is(text: str) -> None:
    assert parse_reference(text) is None
    assert resolve(text, scope, "here") == text


def test_references_are_replaced_at_any_depth() -> None:
    given_value = {"a": [{"b": "$one.n"}], "c": "text", "d": 5}
    assert is_dynamic(given_value)
    assert resolve(given_value, scope, "here") == {"a": [{"b": 1}], "c": "text", "d": 5}


def test_an_unknown_name_is_told_with_the_nearest_one() -> None:
    with pytest.raises(InvalidInput) as caught:
        resolve({"url": "$jsn.name"}, scope, "steps.get.parameters")
    problem = caught.value.problems[0]
    assert problem.path == "steps.get.parameters.url"
    assert problem.hint == "did you mean $json?"


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda v: st.lists(v) | st.dictionaries(st.text(), v))
)
def test_values_without_references_are_not_changed(value: Any) -> None:
    if not is_dynamic(value):
        assert resolve(value, scope, "here") == value
