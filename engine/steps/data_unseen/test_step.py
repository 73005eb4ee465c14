"""Tests of data.unseen: what is remembered from run to run, also where one is broken off."""

from __future__ import annotations

import pytest

from engine.base.errors import InvalidInput, StaleRevision, StepFailure
from engine.ports.step_catalogue import Effect
from engine.testing.step_bench import HeldValues, StepBench, items_of, json_of


def bench(values, **parameters):
    given = lambda item, index: {**parameters, "key": item["json"].get("k")}  # noqa: E731
    return StepBench("data.unseen", given, kept=values)


def new(values, *keys, attempt_of=None, **parameters):
    one = bench(values, **parameters)
    one.options["execution_id"] = attempt_of or f"run-{len(values.changes)}"
    result = one.run(items_of(*({"k": key} for key in keys)))
    return [json["k"] for json in json_of(result.outputs["main"])]


def test_what_came_before_is_not_new():
    values = HeldValues()
    assert new(values, "a", "b") == ["a", "b"]
    assert new(values, "b", "c", "c", 1, "1") == ["c", "c", 1, "1"]
    assert new(values, "a", "c", 1) == []


def test_keys_may_be_compared_as_text():
    values = HeldValues()
    assert new(values, 1, None, keys="text") == [1, None]
    assert new(values, "1", "", 1.0, True, keys="text") == [True]


def test_a_run_that_was_broken_off_finds_the_same_items_new():
    values = HeldValues()
    new(values, "a")
    assert new(values, "a", "b", attempt_of="run-x") == ["b"]
    assert new(values, "a", "b", attempt_of="run-x") == ["b"]
    assert new(values, "a", "b") == []
    assert new(values, 5, by="number", attempt_of="run-y") == [5]
    assert new(values, 5, by="number", attempt_of="run-y") == [5]
    assert new(values, 5, by="number") == []


def test_only_so_many_are_remembered():
    values = HeldValues()
    new(values, "a", "b", "c", remember=2)
    assert new(values, "c", "b", remember=2) == []
    assert new(values, "a", remember=2) == ["a"]


def test_numbers_and_dates_must_rise():
    values = HeldValues()
    assert new(values, 3, 1, by="number") == [3, 1]
    assert new(values, 2, 3, 4, "5", by="number") == [4, "5"]
    assert new(values, "2024-01-01", by="date") == ["2024-01-01"]
    assert new(values, "2024-01-01T00:00:00Z", "2024-01-01T00:00:01+00:00", by="date") == [
        "2024-01-01T00:00:01+00:00"
    ]


def test_what_is_no_number_or_date_is_refused():
    for by, key in (("number", "x"), ("number", None), ("number", True), ("date", "soon")):
        with pytest.raises(InvalidInput, match="key must be"):
            new(HeldValues(), key, by=by)


def test_a_flow_can_remember_for_all_its_steps_and_forget():
    values = HeldValues()
    new(values, "a", scope="flow")
    assert new(values, "a") == ["a"], "a step of its own knows nothing of it"
    assert new(values, "a", scope="flow") == []
    assert new(values, "a", scope="flow", operation="clear") == ["a"]
    assert new(values, "a", scope="flow") == ["a"]
    assert new(values, "a") == []


def test_another_execution_that_remembers_meanwhile_is_heeded():
    values = HeldValues()
    meant = values.put
    turns = iter([True, False])

    def put(key, value, revision):
        if next(turns, False):
            meant(key, {"seen": b"", "added": b"", "run": "other"}, revision)
            raise StaleRevision
        meant(key, value, revision)

    values.put = put
    assert new(values, "a", attempt_of="mine") == ["a"]
    assert new(values, "a", attempt_of="next") == []


def test_it_changes_something_and_needs_a_place_for_it():
    assert StepBench("data.unseen").kind.effect({}) is Effect.WRITE
    with pytest.raises(StepFailure, match="keeps no values"):
        StepBench("data.unseen", {"key": 1}).run(items_of({}))
