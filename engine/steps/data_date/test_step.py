"""Tests of data.date that need no guest; what dates become is tested with it in tests/engine/steps."""

from __future__ import annotations

import pytest

from engine.base.errors import InvalidInput, StepFailure
from engine.ports.sandbox import ExpressionValues, Usage
from engine.testing.no_sandbox import NoSandbox
from engine.testing.step_bench import StepBench, items_of, json_of


class Echo(NoSandbox):
    """Answers with the date it is given, or an error for ``bad``."""

    def evaluate(self, batch, limits):
        rows = [item["json"] for item in batch.items]
        return ExpressionValues(
            [[{"error": "no date"} if row["date"] == "bad" else {"value": row["date"]}] for row in rows],
            [],
            Usage(),
        )


def dated(*objects, **parameters):
    bench = StepBench(
        "data.date", lambda item, _: {"date": item["json"].get("d"), **parameters}, sandbox=Echo()
    )
    return bench.run(items_of(*objects)).outputs["main"]


def test_the_result_stands_in_a_field_beside_the_others():
    assert json_of(dated({"d": "x"}, {"d": "y"}, into="a.b")) == [
        {"d": "x", "a": {"b": "x"}},
        {"d": "y", "a": {"b": "y"}},
    ]
    assert json_of(dated({"d": "x"}, keep="none")) == [{"date": "x"}]


def test_a_date_that_cannot_be_read_names_its_item():
    with pytest.raises(StepFailure, match=r"no date \(item 1\)"):
        dated({"d": "x"}, {"d": "bad"})


@pytest.mark.parametrize(
    "wrong",
    [{"operation": "guess"}, {"unit": "moons"}, {"units": "days, moons"}, {"into": ""}],
)
def test_wrong_parameters_are_refused(wrong):
    with pytest.raises(InvalidInput):
        dated({}, **wrong)
