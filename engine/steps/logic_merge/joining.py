"""Merging two inputs by fields that are equal: the joins of a database, on items."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.ports.step_catalogue import Item
from engine.steps.logic_merge.combining import Part, alone, combined
from engine.steps.logic_merge.manifest import MergeParameters
from engine.steps.matching import Matches, Matching, require_fields
from engine.steps.provenance import from_port

SOURCE = "_source"
"""The field that says which input an unmatched item came from, where both are taken."""


def joined(
    inputs: Sequence[Sequence[Item]], given: MergeParameters, check: Callable[[], None] = lambda: None
) -> list[Item]:
    """The items that the join gives; raises :class:`StepFailure` where a field is missing and
    ``missing`` says so."""
    first, second = inputs[0], inputs[1]
    if given.missing == "fail":
        require_fields(first, [pair.left for pair in given.match], given.dots, "Input 1", some=True)
        require_fields(second, [pair.other for pair in given.match], given.dots, "Input 2", some=True)
    if not first or not second:
        return _one_sided(first, second, given)
    matching = Matching(given.match, int(given.fuzzy), given.multiple == "first", given.dots, check)
    return _JOINS[given.join](first, second, matching, given)


def _one_sided(first: Sequence[Item], second: Sequence[Item], given: MergeParameters) -> list[Item]:
    """With one input empty nothing matches; only what the join keeps anyway goes on."""
    keeps_first = given.join in ("outer", "left") or (given.join == "unmatched" and given.take != "input2")
    keeps_second = given.join in ("outer", "right") or (given.join == "unmatched" and given.take != "input1")
    left = [from_port(item, index, 0) for index, item in enumerate(first)] if keeps_first else []
    right = [from_port(item, index, 1) for index, item in enumerate(second)] if keeps_second else []
    return left + right


def _inner(
    first: Sequence[Item], second: Sequence[Item], matching: Matching, given: MergeParameters
) -> list[Item]:
    found = matching.find(first, second)
    if given.take == "input1":
        return [from_port(first[at], at, 0) for at, _ in found.pairs]
    if given.take == "input2":
        matched = sorted({place for _, places in found.pairs for place in places})
        return [from_port(second[at], at, 1) for at in matched]
    return _pairs(first, second, found, given)


def _outer(
    first: Sequence[Item], second: Sequence[Item], matching: Matching, given: MergeParameters
) -> list[Item]:
    found = matching.find(first, second)
    left = [alone((0, at, first[at]), given) for at in found.left_only]
    right = [alone((1, at, second[at]), given) for at in found.right_only]
    return _pairs(first, second, found, given) + left + right


def _left(
    first: Sequence[Item], second: Sequence[Item], matching: Matching, given: MergeParameters
) -> list[Item]:
    found = matching.find(first, second)
    return _pairs(first, second, found, given) + [alone((0, at, first[at]), given) for at in found.left_only]


def _right(
    first: Sequence[Item], second: Sequence[Item], matching: Matching, given: MergeParameters
) -> list[Item]:
    found = matching.find(first, second)
    return _pairs(first, second, found, given) + [
        alone((1, at, second[at]), given) for at in found.right_only
    ]


def _unmatched(
    first: Sequence[Item], second: Sequence[Item], matching: Matching, given: MergeParameters
) -> list[Item]:
    found = matching.find(first, second)
    left = [from_port(first[at], at, 0) for at in found.left_only]
    right = [from_port(second[at], at, 1) for at in found.right_only]
    if given.take != "both":
        return left if given.take == "input1" else right
    named = [(item, "input1") for item in left] + [(item, "input2") for item in right]
    return [{**item, "json": {**item["json"], SOURCE: name}} for item, name in named]


def _pairs(
    first: Sequence[Item], second: Sequence[Item], found: Matches, given: MergeParameters
) -> list[Item]:
    made = []
    for at, places in found.pairs:
        left: Part = (0, at, first[at])
        made += [combined([left, (1, other, second[other])], given) for other in places]
    return made


_JOINS: dict[str, Callable[[Sequence[Item], Sequence[Item], Matching, MergeParameters], list[Item]]] = {
    "inner": _inner,
    "outer": _outer,
    "left": _left,
    "right": _right,
    "unmatched": _unmatched,
}
