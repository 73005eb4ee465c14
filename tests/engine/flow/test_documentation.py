"""docs/flow-format.md tells everything the formats know."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from engine.base.limits import Limits
from engine.flow.references import ROOTS
from engine.flow.shapes import (
    CaseShape,
    ExpectShape,
    JsonflowHeader,
    JsonflowStep,
    MetadataShape,
    MockShape,
    QflowHeader,
    QflowStep,
    RetryShape,
    SettingsShape,
)
from engine.steps.registry import Registry
from engine.usecases.validate_flow import parsed

PAGE = (Path(__file__).parents[3] / "docs" / "flow-format.md").read_text("utf-8")
SHAPES = (
    QflowHeader,
    QflowStep,
    SettingsShape,
    MetadataShape,
    RetryShape,
    CaseShape,
    MockShape,
    ExpectShape,
    JsonflowHeader,
    JsonflowStep,
)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_every_key_is_in_the_page(shape: type[BaseModel]):
    keys = {field.alias or name for name, field in shape.model_fields.items()}
    assert not {key for key in keys if f"`{key}`" not in PAGE}


def test_every_root_of_a_reference_is_in_the_page():
    assert not {root for root in ROOTS if f"`${root}`" not in PAGE}


def test_the_flows_of_the_page_are_valid():
    flows = re.findall(r"```(?:yaml|json)\n(.*?)```", PAGE, re.DOTALL)
    whole = [text for text in flows if not text.startswith("- ")]
    assert len(whole) == 2
    for text in whole:
        result = parsed(text, Registry(), Limits())
        assert result.problems == (), json.dumps([problem.as_json() for problem in result.problems])
