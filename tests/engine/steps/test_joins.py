"""Merging and comparing, against the plainest way to say what they give."""

from __future__ import annotations

from collections import Counter
from itertools import product, zip_longest
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.testing.step_bench import StepBench, items_of, json_of

Row = dict[str, Any]
OTHERS = {"a": st.integers(0, 2), "b": st.integers(0, 2)}
ROWS = st.lists(st.fixed_dictionaries({"k": st.integers(0, 3)}, optional=OTHERS), max_size=5)
MATCH = {"mode": "combineByFields", "match": [{"left": "k"}]}
FORTY = settings(max_examples=40, deadline=None)


def merge(one: list[Row], other: list[Row], **parameters: Any) -> list[Row]:
    """What logic.merge gives for two inputs."""
    given = {"input 1": items_of(*one), "input 2": items_of(*other)}
    return json_of(StepBench("logic.merge", parameters).run(given).outputs.get("main", []))


def joined(one: Row, other: Row, clash: str) -> Row:
    """Two rows as one."""
    if clash == "suffix":
        both = [f"{name}_{number}" for number in (1, 2) for name in (one, other)[number - 1]]
        values = [*one.values(), *other.values()]
        return dict(zip(both, values, strict=True))
    return {**one, **other} if clash == "last" else {**other, **one}


@FORTY
@given(ROWS, ROWS)
def test_append_gives_all_items_input_after_input(one: list[Row], other: list[Row]) -> None:
    assert merge(one, other, mode="append") == [*one, *other]


@FORTY
@given(ROWS, ROWS, st.sampled_from(["last", "first", "suffix"]))
def test_combine_all_is_the_product(one: list[Row], other: list[Row], clash: str) -> None:
    """Where the first input wins, n8n turns the inputs round, which shows in the order."""
    pairs = [(a, b) for b, a in product(other, one)] if clash == "first" else product(one, other)
    wanted = [joined(a, b, clash) for a, b in pairs]
    assert merge(one, other, mode="combineAll", clash=clash) == wanted


@FORTY
@given(ROWS, ROWS, st.sampled_from(["last", "first"]), st.sampled_from(["keep", "drop", "first"]))
def test_combine_by_position_takes_rows_side_by_side(
    one: list[Row], other: list[Row], clash: str, unpaired: str
) -> None:
    length = {"keep": max, "drop": min}.get(unpaired, lambda first, _: first)(len(one), len(other))
    pairs = list(zip_longest(one, other, fillvalue={}))[:length]
    wanted = [joined(a, b, clash) for a, b in pairs]
    assert merge(one, other, mode="combineByPosition", clash=clash, unpaired=unpaired) == wanted


@FORTY
@given(ROWS, ROWS, st.sampled_from(["inner", "outer", "left", "right", "unmatched"]))
def test_combine_by_fields_is_the_join_of_its_name(one: list[Row], other: list[Row], join: str) -> None:
    pairs = [joined(a, b, "last") for a, b in product(one, other) if a["k"] == b["k"]]
    alone1 = [a for a in one if a["k"] not in {b["k"] for b in other}]
    alone2 = [b for b in other if b["k"] not in {a["k"] for a in one}]
    wanted = {
        "inner": pairs,
        "outer": [*pairs, *alone1, *alone2],
        "left": [*pairs, *alone1],
        "right": [*pairs, *alone2],
        "unmatched": [*(marked(a, 1) for a in alone1), *(marked(b, 2) for b in alone2)],
    }
    if join == "unmatched" and not (one and other):
        wanted[join] = [*one, *other]  # nothing was compared
    given = merge(one, other, **MATCH, join=join)
    assert bag(given) == bag(wanted[join])
    if join == "inner":
        assert given == pairs


@FORTY
@given(ROWS, ROWS, st.integers(1, 2))
def test_choosing_takes_one_input_as_it_is(one: list[Row], other: list[Row], number: int) -> None:
    assert merge(one, other, mode="chooseInput", choose=number) == (one, other)[number - 1]
    assert merge(one, other, mode="chooseFirst") == (one or other)


@FORTY
@given(ROWS, ROWS)
def test_comparing_sorts_every_row_into_the_place_of_its_name(one: list[Row], other: list[Row]) -> None:
    bench = StepBench("data.compare", {"match": [{"left": "k"}], "multiple": "all"})
    outputs = bench.run({"input 1": items_of(*one), "input 2": items_of(*other)}).outputs
    found = {port: json_of(items) for port, items in outputs.items()}
    keys1, keys2 = {row["k"] for row in one}, {row["k"] for row in other}
    assert found.get("only first", []) == [row for row in one if row["k"] not in keys2]
    assert bag(found.get("only second", [])) == bag([row for row in other if row["k"] not in keys1])
    same = [row for row in one if row in other]  # each of them once, however many are like it
    assert bag(found.get("same", [])) == bag(same)
    differ = sum(a["k"] == b["k"] and a != b for a, b in product(one, other))
    assert len(found.get("different", [])) == differ


@pytest.mark.parametrize("mode", ["combineAll", "combineByPosition"])
def test_nothing_and_nothing_is_nothing(mode: str) -> None:
    assert merge([], [], mode=mode) == []


def marked(row: Row, number: int) -> Row:
    """A row that found no partner says which input it is of."""
    return {**row, "_source": f"input{number}"}


def bag(rows: list[Row]) -> Counter[str]:
    """The rows in any order."""
    return Counter(repr(sorted(row.items())) for row in rows)
