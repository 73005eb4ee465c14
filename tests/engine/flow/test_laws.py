"""Laws of the formats, tried on definitions drawn at random."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.base.limits import Limits
from engine.flow.canonical import from_canonical, to_canonical
from engine.flow.diff import diff_flows
from engine.flow.dump import dump_flow
from engine.flow.yaml_writer import to_yaml
from tests.engine.flow.catalogue import flow_of, parse
from tests.engine.flow.strategies import jsonflow_definitions, junk, qflow_definitions, shaped_junk

definitions = qflow_definitions() | jsonflow_definitions()
bounded = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)


@bounded
@given(definitions, st.sampled_from(["yaml", "json"]))
def test_reading_what_was_written_gives_the_same_version(definition, syntax):
    flow = flow_of(json.dumps(definition))
    text = dump_flow(flow, syntax)
    again = flow_of(text)
    assert diff_flows(flow, again).empty, str(diff_flows(flow, again))
    assert again.version == flow.version
    assert dump_flow(again, syntax) == text


@bounded
@given(definitions)
def test_json_and_yaml_of_a_definition_are_the_same_flow(definition):
    assert flow_of(to_yaml(definition)).version == flow_of(json.dumps(definition)).version


@bounded
@given(definitions)
def test_the_canonical_form_gives_the_flow_back(definition):
    flow = flow_of(json.dumps(definition))
    assert from_canonical(to_canonical(flow)).version == flow.version


@bounded
@given(definitions, definitions)
def test_a_diff_is_empty_exactly_between_equal_versions(one, other):
    before, after = flow_of(json.dumps(one)), flow_of(json.dumps(other))
    assert diff_flows(before, after).empty == (before.version == after.version)
    assert diff_flows(before, before).empty
    json.dumps(diff_flows(before, after).as_json())


@bounded
@given(shaped_junk | junk)
def test_no_value_makes_the_parser_raise(value):
    for text in (json.dumps(value), to_yaml(value)):
        parsed = parse(text)
        assert parsed.flow is not None or parsed.errors
        assert all(problem.message and problem.path for problem in parsed.problems)


@bounded
@given(st.text() | st.binary() | st.text("{}[]:,-'\"&*!|>#%@ \t\nab1?", max_size=60))
def test_no_text_makes_the_parser_raise(text):
    parsed = parse(text, limits=Limits(definition_bytes_max=10_000))
    assert parsed.flow is not None or parsed.errors


@bounded
@given(definitions, st.data())
def test_no_damage_to_a_definition_makes_the_parser_raise(definition, data):
    text = dump_flow(flow_of(json.dumps(definition)), data.draw(st.sampled_from(["yaml", "json"])))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 20)))
    damaged = text[:start] + data.draw(st.text(max_size=5)) + text[end:]
    parsed = parse(damaged)
    assert parsed.flow is not None or parsed.errors
