"""Schemas of events: checked when they are registered, and harmless whatever they hold."""

from __future__ import annotations

import pytest

from engine.base.errors import InvalidInput
from engine.base.limits import EVENT_SCHEMA_BYTES_MAX
from engine.validation.event_schemas import check_event, check_schema

ORDER = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "integer"}, "lines": {"items": {"required": ["sku"]}}},
}


def test_data_that_meets_the_schema_passes():
    check_event(check_schema(ORDER), {"id": 1, "lines": [{"sku": "a"}]}, "orders")


def test_every_problem_is_told_with_its_place():
    with pytest.raises(InvalidInput, match="orders") as told:
        check_event(check_schema(ORDER), {"id": "x", "lines": [{}]}, "orders")
    assert {problem.path for problem in told.value.problems} == {"data.id", "data.lines[0]"}


def test_references_lead_only_into_the_schema_itself():
    check_schema({"$ref": "#/$defs/a", "$defs": {"a": {"type": "string"}}})
    for uri in ("http://127.0.0.1:9/x", "file:///etc/passwd", "other.json"):
        with pytest.raises(InvalidInput, match="no JSON Schema that can be used"):
            check_schema({"$ref": uri})


def test_a_pattern_that_would_stall_others_is_matched_in_linear_time():
    content = check_schema({"properties": {"a": {"pattern": "^(a+)+$"}}})
    with pytest.raises(InvalidInput):
        check_event(content, {"a": "a" * 50_000 + "!"}, "x")


@pytest.mark.parametrize(
    "schema", [{"type": "objekt"}, {"pattern": "(?=x)"}, {"required": "a"}, [], "x", 3, None]
)
def test_what_is_no_schema_is_refused(schema):
    with pytest.raises(InvalidInput):
        check_schema(schema)


def test_schemas_are_bounded_in_size_and_depth():
    with pytest.raises(InvalidInput, match=str(EVENT_SCHEMA_BYTES_MAX)):
        check_schema({"description": "x" * EVENT_SCHEMA_BYTES_MAX})
    deep = {}
    for _ in range(3_000):
        deep = {"not": deep}
    with pytest.raises(InvalidInput):
        check_schema(deep)
