"""Tests of data.rename."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from engine.ports.sandbox import ExpressionValues, Usage
from engine.testing.no_sandbox import NoSandbox
from engine.testing.step_bench import StepBench, items_of, json_of


class Replacing(NoSandbox):
    """Replaces names as the guest would, for patterns both dialects share."""

    def evaluate(self, batch, limits):
        def answer(given):
            flags = re.IGNORECASE if "i" in given["flags"] else 0
            return re.sub(given["pattern"], given["replacement"], given["name"], flags=flags)

        return ExpressionValues([[answer(item["json"])] for item in batch.items], [], Usage())


def renamed(json, **parameters):
    bench = StepBench("data.rename", parameters, sandbox=Replacing())
    return json_of(bench.run(items_of(json)).outputs["main"])[0]


def test_fields_get_new_names():
    assert renamed({"a": 1, "b": 2}, fields=[{"field": "a", "to": "c"}]) == {"b": 2, "c": 1}


def test_names_with_dots_lead_into_objects():
    assert renamed({"a": {"b": 1}}, fields=[{"field": "a.b", "to": "c.d"}]) == {"a": {}, "c": {"d": 1}}
    assert renamed({"a.b": 1}, fields=[{"field": "a.b", "to": "c.d"}], dots=False) == {"c.d": 1}


def test_missing_fields_and_empty_names_are_passed_over():
    fields = [{"field": "x", "to": "y"}, {"field": "a"}, {"to": "z"}, {"field": "a", "to": "a"}]
    assert renamed({"a": 1}, fields=fields) == {"a": 1}


def test_patterns_rename_down_to_a_depth():
    json = {"old_a": {"old_b": [{"OLD_c": 1}]}}
    pattern = {"pattern": "old_", "replacement": "n", "ignoreCase": True}
    assert renamed(json, patterns=[pattern]) == {"na": {"nb": [{"nc": 1}]}}
    assert renamed(json, patterns=[{**pattern, "depth": 0}]) == {"na": {"old_b": [{"OLD_c": 1}]}}


def test_other_parts_of_the_item_stay():
    item = {"json": {"a": 1}, "binary": {"f": {"id": "x"}}}
    made = StepBench("data.rename", {"fields": [{"field": "a", "to": "b"}]}).run([item]).outputs["main"]
    assert made == [{"json": {"b": 1}, "binary": {"f": {"id": "x"}}, "pairedItem": {"item": 0}}]


@given(st.dictionaries(st.sampled_from("abcd"), st.integers()))
def test_renaming_there_and_back_changes_nothing(json):
    there = renamed(json, fields=[{"field": "a", "to": "z"}])
    assert renamed(there, fields=[{"field": "z", "to": "a"}]) == json


def test_two_fields_can_change_places():
    fields = [{"field": "a", "to": "b"}, {"field": "b", "to": "a"}]
    assert renamed({"a": 1, "b": 2}, fields=fields) == {"a": 2}


def test_a_list_counts_as_a_level():
    pattern = {"pattern": "a", "replacement": "b", "depth": 1}
    assert renamed({"l": [{"a": 1}], "o": {"a": 1}}, patterns=[pattern]) == {"l": [{"a": 1}], "o": {"b": 1}}
