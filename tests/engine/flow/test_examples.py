"""The examples are valid with the step types of this node."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.base.limits import Limits
from engine.flow.dump import definition_of, dump_flow
from engine.flow.reader import read_document
from engine.flow.schemas import json_schema
from engine.steps.registry import Registry
from engine.usecases.validate_flow import parsed

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").iterdir())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_is_valid_without_a_warning(path):
    result = parsed(path.read_bytes(), Registry(), Limits())
    assert result.problems == ()
    assert result.flow is not None
    for syntax in ("yaml", "json"):
        again = parsed(dump_flow(result.flow, syntax), Registry(), Limits())
        assert again.flow is not None
        assert again.flow.version == result.flow.version


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_fits_the_published_schema(path):
    from jsonschema import Draft202012Validator

    flow = parsed(path.read_bytes(), Registry(), Limits()).flow
    validator = Draft202012Validator(json_schema(flow.format))
    validator.validate(read_document(path.read_bytes(), Limits()).value)
    validator.validate(definition_of(flow))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_no_example_needs_the_public_internet(path):
    flow = parsed(path.read_bytes(), Registry(), Limits()).flow
    urls = [step.parameters["url"] for step in flow.steps if step.type == "http.request"]
    assert all(url.startswith("$") for url in urls)
