"""Whether two calls of the sandbox ask for the same."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from engine.ports.sandbox import CodeRequest, Determinism, ExpressionBatch

MOMENT = Determinism(1, b"seed", "Europe/Paris")
CALLS: list[Any] = [
    ExpressionBatch(["{{ 1 }}"], [{"json": {}}], MOMENT, {"run": 0}),
    CodeRequest("javascript", "return []", [{"json": {}}], MOMENT, "all", {"run": 0}),
]
OTHERS: dict[str, Any] = {
    "templates": ["{{ 2 }}"],
    "determinism": replace(MOMENT, timezone="UTC"),
    "context": {"run": 1},
    "indexes": [0],
    "marked": True,
    "language": "python",
    "source": "return [{}]",
    "mode": "each",
    "tolerant": True,
}


@pytest.mark.parametrize("call", CALLS)
def test_whatever_makes_another_answer_makes_another_question(call):
    for spec in fields(call):
        if spec.name != "items" and spec.compare:
            assert not call.asks_the_same(replace(call, **{spec.name: OTHERS[spec.name]}), {}), spec.name


@pytest.mark.parametrize("call", CALLS)
def test_items_moment_and_seed_are_no_part_of_the_question(call):
    later = replace(MOMENT, now_us=2, seed=b"other")
    assert call.asks_the_same(replace(call, items=[], determinism=later), {})


def test_a_template_asks_for_something_else_than_code():
    assert not CALLS[0].asks_the_same(CALLS[1], {})
    assert not CALLS[1].asks_the_same(CALLS[0], {})
    assert not CALLS[0].asks_the_same(None, {})


@pytest.mark.parametrize("call", CALLS)
def test_what_is_shared_belongs_to_the_context_of_the_other(call):
    whole = call.within({"run": 0, "vars": {"a": 1}})
    assert whole.asks_the_same(call, {"vars": {"a": 1}})
    assert not whole.asks_the_same(call, {"vars": {"a": 2}})
    assert not whole.asks_the_same(call, {})


@pytest.mark.parametrize("call", CALLS)
def test_a_call_within_another_context_is_the_same_in_all_else(call):
    names = {spec.name for spec in fields(call)}
    other = replace(call, **{name: value for name, value in OTHERS.items() if name in names})
    assert other.within({"run": 7}) == replace(other, context={"run": 7})
