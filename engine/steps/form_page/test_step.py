"""Tests of form.page."""

from __future__ import annotations

import pytest

from engine.base.errors import InvalidInput
from engine.ports.step_catalogue import Signal
from engine.testing.step_bench import NOW_US, StepBench, items_of

PAGE = {"title": "More", "fields": [{"name": "when", "kind": "date"}], "timeoutMs": 5}
ITEMS = items_of({"a": 1})


def test_it_parks_with_its_page():
    wait = StepBench("form.page", PAGE).run(ITEMS).wait
    assert (wait.kind, wait.until_us) == ("webhook", NOW_US + 5_000)
    assert wait.prompt["form"]["title"] == "More"


def test_the_answers_become_the_item_with_their_files():
    bench = StepBench("form.page", PAGE)
    signal = Signal("webhook", {"when": "2030-01-31", "binary": {"f": {"id": "b"}}})
    assert bench.resume(signal, ITEMS).outputs == {
        "main": [{"json": {"when": "2030-01-31"}, "binary": {"f": {"id": "b"}}}]
    }
    assert bench.resume(Signal("timeout"), ITEMS).outputs == {"main": ITEMS}


def test_an_ending_is_remembered_and_the_items_go_on():
    result = StepBench("form.page", {"show": "ending", "ending": {"title": "Done"}}).run(ITEMS)
    assert result.outputs == {"main": ITEMS}
    assert result.memory["ending"]["title"] == "Done"


def test_a_page_needs_fields():
    with pytest.raises(InvalidInput):
        StepBench("form.page", {"title": "x"}).run(ITEMS)
