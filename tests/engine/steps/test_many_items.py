"""Many items through steps in a row: what counts is that memory and work stay linear."""

from __future__ import annotations

import tracemalloc

import pytest

from engine.testing.step_bench import StepBench, items_of

COUNT = 10_000
CHAIN = [
    ("data.set", {"values": [{"name": "double", "type": "number", "value": "5"}]}),
    ("logic.filter", {"value": 1, "operator": "equals", "compareTo": 1}),
    ("data.sort", {"fields": [{"field": "name", "order": "descending"}]}),
    ("data.deduplicate", {"compare": "selected", "fields": "id"}),
    ("data.aggregate", {"fields": [{"field": "id"}]}),
]


@pytest.mark.slow
def test_a_chain_of_steps_holds_many_items_in_bounded_memory():
    items = items_of(*({"id": n, "name": f"name {n * 7919 % COUNT}"} for n in range(COUNT)))
    tracemalloc.start()
    for kind, parameters in CHAIN:
        bench = StepBench(kind, parameters)
        items = bench.kind.run(bench.context(items)).outputs["main"]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(items) == 1
    assert sorted(items[0]["json"]["id"]) == list(range(COUNT))
    assert peak < 60 * 1024 * 1024
