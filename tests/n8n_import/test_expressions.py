"""n8n's texts mean in Qflow what they meant in n8n."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.flow.references import parse_reference
from engine.ports.sandbox import Determinism, ExpressionBatch, SandboxLimits
from n8n_import.expressions import converted, inner, literal
from tests.n8n_import.support import sandbox

NOW = Determinism(1_700_000_000_000_000)


def value_of(text, item=None):
    """What Qflow makes of a parameter text."""
    if "{{" not in text:
        assert parse_reference(text) is None
        return text
    items = [{"json": item or {}}]
    found = sandbox().evaluate(ExpressionBatch([text], items, NOW), SandboxLimits(deadline_ms=20_000))
    assert not found.faults
    return found.values[0][0]


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("={{ $json.n }}", 3),
        ("=a {{ $json.n }} b", "a 3 b"),
        ("=plain", "plain"),
        ("=$json.n", "$json.n"),
        ("$json.n", "$json.n"),
        ("{{ $json.n }}", "{{ $json.n }}"),
        ("=a {{ $json.n", "a 3"),
        ("={{ $json.n }} and {{ open", "3 and "),
        ("=a \\{{ x }} {{ $json.n }}", "a \\{{ x }} 3"),
        ("", ""),
        ("=={{ $json.n }}", "=3"),
        ("=", ""),
        ("\\{{ x }}", "\\{{ x }}"),
    ],
)
def test_the_mark_tells_expressions_from_literal_text(written, wanted):
    assert value_of(converted(written), {"n": 3}) == wanted


@given(st.text(st.sampled_from("{}\\ $a.'\"[]=\n"), max_size=12))
@settings(max_examples=80, deadline=None)
def test_literal_text_stays_what_it_is(text):
    assert value_of(literal(text)) == text


def test_values_inside_lists_and_objects_are_converted_and_locators_resolved():
    given_value = {"a": ["={{ 1 }}", {"__rl": True, "mode": "id", "value": "={{ 2 }}"}], "b": 5, "c": None}
    assert converted(given_value) == {"a": ["{{ 1 }}", "{{ 2 }}"], "b": 5, "c": None}


@pytest.mark.parametrize(
    ("written", "wanted"), [("={{ $json.n }}", 3), ("=a{{ $json.n }}", "a3"), ("x", "x"), (7, 7)]
)
def test_a_parameter_can_stand_inside_another_expression(written, wanted):
    assert value_of(f"{{{{ [{inner(written)}] }}}}", {"n": 3}) == [wanted]
