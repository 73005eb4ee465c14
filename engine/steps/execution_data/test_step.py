"""Tests of execution.data."""

from __future__ import annotations

import pytest

from engine.base.errors import InvalidInput
from engine.testing.step_bench import StepBench, items_of


def run(values, *jsons):
    return StepBench("execution.data", {"values": values}).run(items_of(*jsons))


def test_items_pass_and_what_is_said_is_kept_as_text():
    said = {"a": "x", "n": 7, "yes": True}
    result = run([{"key": key, "value": value} for key, value in said.items()], {"i": 1})
    assert result.outputs == {"main": items_of({"i": 1})}
    assert result.custom == {"a": "x", "n": "7", "yes": "true"}


def test_what_is_too_long_is_cut():
    assert run([{"key": "k" * 60, "value": "v" * 300}], {}).custom == {"k" * 50: "v" * 255}


@pytest.mark.parametrize("key", ["", "with space", "dot.ted", "ä", "a\n"])
def test_a_key_that_cannot_be_kept_is_refused(key):
    with pytest.raises(InvalidInput, match="custom data has no key"):
        run([{"key": key, "value": "x"}], {})
