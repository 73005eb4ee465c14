"""The published schemas agree with the parser."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from engine.flow.dump import definition_of
from engine.flow.schemas import FORMATS, json_schema
from tests.engine.flow.catalogue import flow_of
from tests.engine.flow.strategies import jsonflow_definitions, qflow_definitions

VALIDATORS = {name: Draft202012Validator(json_schema(name)) for name in FORMATS}


@pytest.mark.parametrize("name", FORMATS)
def test_the_schemas_are_schemas(name):
    Draft202012Validator.check_schema(json_schema(name))
    assert json_schema(name)["$id"] == f"urn:qflow:schema:{name}:1"


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(qflow_definitions() | jsonflow_definitions())
def test_what_the_parser_takes_and_what_it_writes_fits_the_schema(definition):
    flow = flow_of(json.dumps(definition))
    VALIDATORS[flow.format].validate(definition)
    VALIDATORS[flow.format].validate(definition_of(flow))


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "f", "steps": []},
        {"id": "f", "steps": [{"type": "task"}]},
        {"id": "f", "steps": [{"id": "a", "typ": "task"}]},
        {"id": "f", "steps": [{"id": "a", "onError": "sto"}]},
        {"id": "../f", "steps": [{"id": "a"}]},
    ],
)
def test_the_schema_refuses_what_the_parser_refuses(wrong):
    assert not VALIDATORS["qflow"].is_valid(wrong)
