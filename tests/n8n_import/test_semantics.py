"""Laws of n8n's core nodes, on workflows made at random and run to the end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.n8n_import.support import node, run, workflow

START = node("Start", "manualTrigger")
CONDITION = {
    "leftValue": "={{ $json.id }}",
    "rightValue": 1,
    "operator": {"type": "number", "operation": "gt"},
}
CONDITIONS = {"conditions": [CONDITION], "combinator": "and", "options": {"version": 2}}
FIELD = {"name": "seen", "type": "number", "value": "={{ $itemIndex }}"}
KINDS: dict[str, tuple[str, float, dict[str, Any]]] = {
    "set": ("set", 3.4, {"includeOtherFields": True, "assignments": {"assignments": [FIELD]}}),
    "filter": ("filter", 2.2, {"conditions": CONDITIONS}),
    "sort": ("sort", 1, {"sortFieldsUi": {"sortField": [{"fieldName": "id", "order": "descending"}]}}),
    "split": ("splitOut", 1, {"fieldToSplitOut": "parts", "include": "allOtherFields"}),
    "aggregate": ("aggregate", 1, {"aggregate": "aggregateAllItemData", "destinationFieldName": "parts"}),
    "limit": ("limit", 1, {"maxItems": 3}),
    "code": ("code", 2, {"jsCode": "return $input.all().reverse()"}),
    "each": ("code", 2, {"mode": "runOnceForEachItem", "jsCode": "return { ...$json, code: true }"}),
    "noop": ("noOp", 1, {}),
}
ROWS = st.lists(st.integers(0, 9), min_size=1, max_size=5)
SOME = settings(max_examples=20, deadline=None)


def rows(name: str, ids: list[int]) -> dict[str, Any]:
    """A node that gives an item for each id, with two parts."""
    items = [{"id": id, "parts": [{"part": id * 10}, {"part": id * 10 + 1}]} for id in ids]
    return node(name, "n8n-nodes-testing.testData", 1, {"data": items})


def ids_in(value: Any) -> set[int]:
    """All ids in an item, however deep."""
    if isinstance(value, dict):
        own = {value["id"]} if "id" in value else set()
        return own.union(*(ids_in(inner) for inner in value.values()))
    return set().union(*(ids_in(inner) for inner in value)) if isinstance(value, list) else set()


def pairs_of(item: dict[str, Any]) -> Iterator[tuple[int, int]]:
    """Input and index of the items that an item comes from."""
    paired = item["pairedItem"]
    for one in paired if isinstance(paired, list) else [paired]:
        yield (one.get("input", 0), one["item"]) if isinstance(one, dict) else (0, one)


def assert_paired(inputs: list[list[dict[str, Any]]], outputs: list[dict[str, Any]], where: str) -> None:
    """Every item comes from those items whose ids it bears."""
    for item in outputs:
        sources = [inputs[number][index]["json"] for number, index in pairs_of(item)]
        assert ids_in(item["json"]) == ids_in(sources), where


@st.composite
def chains(draw: st.DrawFn) -> list[str]:
    """Kinds of nodes in a row; what needs the fields of a row comes before they are put together."""
    row = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=2, max_size=5))
    together = row.index("aggregate") if "aggregate" in row else len(row)
    needs = {"sort", "split", "aggregate"}
    kept = row[: together + 1] + [kind for kind in row[together + 1 :] if kind not in needs]
    first_split = kept.index("split") if "split" in kept else 0
    return [kind for place, kind in enumerate(kept) if kind != "split" or place == first_split]


@SOME
@given(ROWS, chains())
def test_items_know_where_they_come_from_through_any_chain(ids: list[int], kinds: list[str]) -> None:
    names = [f"{kind} {place}" for place, kind in enumerate(kinds)]
    made = [node(name, *KINDS[kind]) for name, kind in zip(names, kinds, strict=True)]
    steps = run(workflow([START, rows("Rows", ids), *made]))
    for before, name in pairwise(["Rows", *names]):
        if name in steps:
            assert_paired([steps[before][0][0]], steps[name][0][0], name)


@SOME
@given(ROWS, ROWS, st.sampled_from(["append", "position", "all"]))
def test_items_of_a_merge_know_all_they_come_from(one: list[int], other: list[int], how: str) -> None:
    modes = {
        "append": {"mode": "append"},
        "position": {"mode": "combine", "combineBy": "combineByPosition", "options": CLASH},
        "all": {"mode": "combine", "combineBy": "combineAll", "options": CLASH},
    }
    steps = run(merged(one, other, modes[how]))
    inputs = [steps["One"][0][0], steps["Other"][0][0]]
    assert_paired(inputs, [renamed(item) for item in steps["Merge"][0][0]], how)


CLASH = {"clashHandling": {"values": {"resolveClash": "addSuffix"}}}


def renamed(item: dict[str, Any]) -> dict[str, Any]:
    """The item with the suffixes of its inputs made objects, so that both ids count."""
    json = item["json"]
    parts = [{"id": json[name]} for name in ("id", "id_1", "id_2") if name in json]
    return {**item, "json": {"parts": parts}}


def merged(one: list[int], other: list[int], parameters: dict[str, Any]) -> dict[str, Any]:
    """A workflow that merges two branches."""
    nodes = [START, rows("One", one), rows("Other", other), node("Merge", "merge", 3, parameters)]
    return workflow(nodes, "Start -> One", "Start -> Other", "One -> Merge:0", "Other -> Merge:1")


@SOME
@given(st.integers(0, 9), st.integers(1, 4))
def test_a_loop_visits_every_item_once_in_order_and_gives_all_when_done(count: int, size: int) -> None:
    nodes = [
        START,
        rows("Rows", list(range(count))),
        node("Loop", "splitInBatches", 3, {"batchSize": size}),
        node("Body", *KINDS["set"]),
        node("Done", "noOp"),
    ]
    wires = ["Start -> Rows", "Rows -> Loop", "Loop:1 -> Body", "Body -> Loop", "Loop -> Done"]
    steps = run(workflow(nodes, *wires))
    batches = [outputs[0] for outputs in steps.get("Body", [])]
    visited = [item["json"]["id"] for batch in batches for item in batch]
    assert visited == list(range(count))
    assert all(len(batch) == size for batch in batches[:-1])
    done = [item["json"] for outputs in steps.get("Done", []) for item in outputs[0]]
    assert [json["id"] for json in done] == visited
    assert all("seen" in json for json in done)
