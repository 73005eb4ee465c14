"""Drafts may lack what a flow needs to run; they may not be nonsense."""

from __future__ import annotations

import json

import pytest

from engine.flow.parse import parse_flow
from engine.steps.registry import Registry
from engine.usecases.validate_flow import NodeTypes

TYPES = NodeTypes(Registry())


def parsed(text: str, *, draft: bool = True):
    return parse_flow(text, TYPES, default_id="f", draft=draft)


@pytest.mark.parametrize(
    "text",
    [
        '{"steps": [{"id": "a", "type": "http.request"}]}',
        '{"steps": [{"id": "a", "type": "data.set", "params": {"fields": {"x": "$gone.y"}}}]}',
        '{"steps": []}',
    ],
)
def test_what_is_missing_is_told_but_kept(text: str):
    found = parsed(text)
    assert found.flow is not None
    assert {problem.severity for problem in found.problems} <= {"incomplete"}
    assert parsed(text, draft=False).flow is None


@pytest.mark.parametrize(
    "text",
    [
        '{"steps": [{"id": "a", "type": "no.such"}]}',
        '{"steps": [{"id": "a", "type": "data.set"}, {"id": "a", "type": "data.set"}]}',
        '{"steps": [{"id": "a", "type": "data.set", "next": {"main": "b"}}]}',
        '{"steps": [{"id": "a", "type": "data.set", "surprise": 1}]}',
        '{"steps": "a"}',
    ],
)
def test_nonsense_is_refused_in_a_draft_too(text: str):
    assert parsed(text).flow is None


def test_pins_are_part_of_a_flow_and_name_its_steps():
    def with_pins(pins: object) -> str:
        return json.dumps({"steps": [{"id": "a", "type": "data.set"}], "pins": pins})

    pinned = {"a": [{"json": {"n": 1}}]}
    assert parsed(with_pins(pinned)).flow.extra == {"pins": pinned}
    assert "no such step" in parsed(with_pins({"b": []})).errors[0].message
    assert parsed(with_pins({"a": [1]})).flow is None
