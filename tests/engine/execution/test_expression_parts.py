"""Tests of evaluating a step's templates in parts."""

from __future__ import annotations

import pytest

from engine.base.limits import EXPRESSION_ITEMS_MAX
from engine.execution.expressions import Written, looks_at_own_item
from engine.ports.sandbox import (
    Determinism,
    ExpressionBatch,
    ExpressionFault,
    ExpressionValues,
    SandboxLimits,
    Usage,
)

COUNT = EXPRESSION_ITEMS_MAX * 2 + 5


class Noting:
    """Answers with each item's number, except for 7, and notes how many items each call had."""

    def __init__(self):
        self.calls = []

    def evaluate(self, batch, limits):
        self.calls.append(len(batch.items))
        numbers = [item["json"]["n"] for item in batch.items]
        faults = [ExpressionFault(row, 0, "seven") for row, number in enumerate(numbers) if number == 7]
        return ExpressionValues([[number] for number in numbers], faults, Usage(fuel=1))


def written(template, count=COUNT):
    sandbox = Noting()
    items = [{"json": {"n": n}} for n in range(count)]
    return Written(sandbox, ExpressionBatch([template], items, Determinism(0)), SandboxLimits()), sandbox


def test_simple_templates_are_evaluated_in_parts_when_they_are_asked_for():
    rows, sandbox = written("{{ $json.n }}")
    assert rows.row(0) == {"{{ $json.n }}": 0}
    assert sandbox.calls == [EXPRESSION_ITEMS_MAX]
    assert rows.row(COUNT - 1) == {"{{ $json.n }}": COUNT - 1}
    assert sandbox.calls == [EXPRESSION_ITEMS_MAX, 5]
    assert [rows.row(n)["{{ $json.n }}"] for n in (EXPRESSION_ITEMS_MAX, 3)] == [EXPRESSION_ITEMS_MAX, 3]
    assert rows.usage.fuel == 3


def test_templates_that_look_at_other_items_get_them_all_in_one_call():
    rows, sandbox = written("{{ $input.all().length }}")
    rows.row(COUNT - 1)
    assert sandbox.calls == [COUNT]


def test_a_fault_stays_with_its_item():
    rows, _ = written("{{ $json.n }}", 10)
    assert rows.row(7)["{{ $json.n }}"].message == "seven"
    assert rows.row(8) == {"{{ $json.n }}": 8}


@pytest.mark.parametrize(
    ("template", "alone"),
    [
        ("{{ $json.a + $now.toISO() }}", True),
        ("{{ $if($json.a, 1, 2) }}", True),
        ("{{ $itemIndex }}", False),
        ("{{ $('Step').item.json.a }}", False),
        ("{{ $items()[0] }}", False),
        ("{{ Math.random() }}", False),
    ],
)
def test_what_a_template_may_look_at_is_told_by_its_words(template, alone):
    assert looks_at_own_item([template]) is alone
