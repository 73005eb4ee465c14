"""Tests of logic.loop."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.base.canonical import encode
from engine.flow.model import Edge, Flow, Step
from engine.steps.paging import PAGE_BYTES_MAX
from engine.testing.step_bench import HeldBlocks, StepBench, items_of, json_of


def numbered(count, start=0, **rest):
    return items_of(*({"n": n, **rest} for n in range(start, start + count)))


def looped(bench, items, body=lambda batch: batch):
    """Run a loop to its end; gives the batches, what came out by done, and the largest memory."""
    batches, largest = [], 0
    result = bench.run(items)
    while "loop" in result.outputs:
        batches.append(json_of(result.outputs["loop"]))
        largest = max(largest, len(encode(bench.memory)))
        result = bench.run(body(result.outputs["loop"]))
    return batches, json_of(result.outputs["done"]), largest


def test_batches_leave_by_loop_and_what_comes_back_by_done():
    bench = StepBench("logic.loop", {"batchSize": 2})
    batches, done, _ = looped(
        bench, numbered(5), lambda batch: items_of(*({"m": i["json"]["n"]} for i in batch))
    )
    assert [[value["n"] for value in batch] for batch in batches] == [[0, 1], [2, 3], [4]]
    assert done == [{"m": n} for n in range(5)]


def test_batches_say_which_item_of_which_run_they_are():
    bench = StepBench("logic.loop", {"batchSize": 2})
    first = bench.run(numbered(3)).outputs["loop"]
    second = bench.run(first).outputs["loop"]
    assert [item["pairedItem"] for item in [*first, *second]] == [
        {"item": 0, "run": 0},
        {"item": 1, "run": 0},
        {"item": 2, "run": 0},
    ]


def test_after_its_end_it_can_be_started_again():
    bench = StepBench("logic.loop")
    assert looped(bench, numbered(2))[1] == [{"n": 0}, {"n": 1}]
    assert looped(bench, numbered(2, start=7))[1] == [{"n": 7}, {"n": 8}]
    assert set(bench.memory) == {"context"}


def test_max_rounds_ends_it_with_a_word_in_the_log():
    bench = StepBench("logic.loop", {"maxRounds": 2})
    result = bench.run(numbered(5))
    result = bench.run(result.outputs["loop"])
    result = bench.run(result.outputs["loop"])
    assert json_of(result.outputs["done"]) == [{"n": 0}, {"n": 1}]
    assert "maxRounds" in result.logs[0]


def test_reset_begins_anew_with_what_came_in():
    bench = StepBench("logic.loop", lambda item, index: {"reset": item["json"].get("again", False)})
    bench.run(numbered(3))
    result = bench.run(items_of({"n": 9, "again": True}))
    assert json_of(result.outputs["loop"]) == [{"n": 9, "again": True}]
    assert json_of(bench.run(items_of({"n": 9})).outputs["done"]) == [{"n": 9}]


def test_a_round_may_bring_back_more_or_fewer_items():
    bench = StepBench("logic.loop", {"batchSize": 2})
    doubled = looped(bench, numbered(3), lambda batch: [*batch, *batch])[1]
    assert [value["n"] for value in doubled] == [0, 1, 0, 1, 2, 2]
    halved = looped(bench, numbered(4), lambda batch: batch[:1])[1]
    assert [value["n"] for value in halved] == [0, 2]


def test_parts_of_a_round_that_come_back_late_leave_by_done_too():
    bench = StepBench("logic.loop", {"batchSize": 2})
    batch = bench.run(numbered(2)).outputs["loop"]
    early = bench.run(batch[:1])
    late = bench.run(batch[1:])
    assert json_of(early.outputs["done"]) == [{"n": 0}]
    assert json_of(late.outputs["done"]) == [{"n": 1}]
    assert set(bench.memory) == {"context"}


def test_an_inner_loop_begins_anew_although_a_round_dropped_items():
    steps = (Step("outer", "logic.loop"), Step("step", "logic.loop"), Step("filter", "logic.condition"))
    edges = (
        Edge("outer", "step", "loop"),
        Edge("step", "filter", "loop"),
        Edge("filter", "step", "true"),
        Edge("step", "outer", "done"),
    )
    bench = StepBench("logic.loop", {"batchSize": 2}, flow=Flow("f", "F", steps, edges))
    bench.run(numbered(2))
    assert "done" in bench.run(numbered(1)).outputs
    assert json_of(bench.run(numbered(2, start=5)).outputs["loop"]) == [{"n": 5}, {"n": 6}]


def test_its_memory_stays_small_however_many_items_there_are():
    blocks = HeldBlocks()
    bench = StepBench("logic.loop", {"batchSize": 5}, blocks=blocks)
    batches, done, largest = looped(bench, numbered(300, text="x" * 100))
    assert [value["n"] for value in done] == list(range(300))
    assert len(batches) == 60
    assert largest < 2 * PAGE_BYTES_MAX + 2048
    assert len(blocks.held) > 10


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(1, 20), st.integers(0, 400))
def test_every_item_is_visited_once_and_collected_once(count, batch_size, size):
    bench = StepBench("logic.loop", {"batchSize": batch_size})
    batches, done, _ = looped(bench, numbered(count, text="x" * size))
    assert [value["n"] for batch in batches for value in batch] == list(range(count))
    assert [value["n"] for value in done] == list(range(count))
    assert all(len(batch) == batch_size for batch in batches[:-1])
