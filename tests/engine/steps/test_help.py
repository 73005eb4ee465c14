"""Tests of the help pages: their examples are real."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML

from engine.steps.registry import TYPES, Registry

BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)


def steps_of(name: str) -> list[dict[str, Any]]:
    """The steps in a help page's examples; fragments of a step are left out."""
    blocks = [YAML(typ="safe").load(block) for block in BLOCK.findall(Registry().help(name))]
    return [step for block in blocks if isinstance(block, list) for step in block]


def type_of(step: dict[str, Any]) -> str:
    """The step type of a step as a Qflow file names it."""
    return step.get("action") or Registry().resolve_alias(step["type"]) or ""


@pytest.mark.parametrize("name", TYPES)
def test_every_help_page_has_an_example_of_its_type(name):
    assert name in [type_of(step) for step in steps_of(name)]


@pytest.mark.parametrize("name", TYPES)
def test_every_example_has_parameters_that_its_type_takes(name):
    for step in steps_of(name):
        model = Registry().get(type_of(step)).manifest.parameters
        try:
            model.model_validate(step.get("params", {}))
        except ValidationError as error:
            wrong = [e for e in error.errors() if not str(e["input"]).startswith("$")]
            assert wrong == []
