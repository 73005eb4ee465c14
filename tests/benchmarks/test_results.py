"""A result says whether its limits are kept, and survives the way through JSON."""

from __future__ import annotations

import json

import pytest

from benchmarks.results import Limit, Result, from_json, heading, of_samples, row


def test_a_limit_from_above_is_missed_at_the_bound() -> None:
    assert Limit("p50", 5).kept_by(4.999)
    assert not Limit("p50", 5).kept_by(5.0)


def test_a_limit_from_below_is_kept_at_the_bound() -> None:
    assert Limit("value", 250, at_least=True).kept_by(250.0)
    assert not Limit("value", 250, at_least=True).kept_by(249.9)


def test_one_missed_limit_of_two_is_a_missed_result() -> None:
    result = of_samples("start", "ms", [1.0] * 50 + [30.0], (Limit("p50", 5), Limit("p99", 25)))
    assert not result.kept
    assert "NO" in row(result)


def test_lost_work_spoils_a_result_with_good_numbers() -> None:
    result = Result("throughput-16", "executions/s", 900.0, 9, wrong="9 answers, but recorded: 8")
    assert not result.kept
    assert "WRONG: 9 answers, but recorded: 8" in row(result)


def test_a_result_is_the_same_after_json() -> None:
    limits = (Limit("value", 250, at_least=True),)
    result = Result("t", "executions/s", 300.5, 10, 1.5, 2.5, limits, "errors", {"seconds": 10.0})
    assert from_json(json.loads(json.dumps(result.as_json()))) == result


def test_the_line_for_machines_has_the_fields_of_the_contract() -> None:
    line = of_samples("webhook", "ms", [1.0, 2.0, 3.0], (Limit("p50", 8),)).as_json()
    assert line["name"] == "webhook"
    assert (line["unit"], line["value"], line["p50"], line["p99"], line["n"]) == ("ms", 2.0, 2.0, 3.0, 3)
    assert line["limit"] == [{"metric": "p50", "bound": 8, "at_least": False}]
    assert line["kept"] is True


def test_a_limit_on_a_metric_that_was_not_measured_is_an_error() -> None:
    with pytest.raises(ValueError, match="has no p99"):
        _ = Result("boot", "s", 1.0, 1, limits=(Limit("p99", 3),)).kept


def test_headings_stand_above_their_columns() -> None:
    result = Result("webhook", "ms", 1.5, 10, 1.5, 2.0)
    assert heading().index("unit") == row(result).index("ms")
