"""Merging as in a dictionary: the last item of input 2 with a key is what items of input 1 are given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.ports.step_catalogue import Item
from engine.steps.logic_merge.manifest import MergeParameters
from engine.steps.operators import kind
from engine.steps.paths import MISSING, get
from engine.steps.provenance import from_port, place
from engine.steps.values import number_text, text_of, truth_of

Json = dict[str, Any]


def looked_up(first: Sequence[Item], second: Sequence[Item], given: MergeParameters) -> list[Item]:
    """The items of input 1 in their order. Without a key, or with one that is no text, number or null, an
    item counts as not found, and is not kept by a left join either."""
    pair = given.match[0]
    known: dict[str, int] = {}
    for index, item in enumerate(second):
        value = get(item["json"], pair.other, given.dots)
        if value is not MISSING and truth_of(value):
            known[text_of(value)] = index
    made = []
    for index, item in enumerate(first):
        key = _key(get(item["json"], pair.left, given.dots))
        found = known.get(key) if key is not None else None
        if given.join == "left" and found is not None:
            json = _filled(item["json"], second[found]["json"], pair.other, given)
            made.append({**item, "json": json, "pairedItem": [place(index, 0), place(found, 1)]})
        elif _stays(given.join, key, found):
            made.append(from_port(item, index, 0))
    return made


def _key(value: Any) -> str | None:
    if value is MISSING or kind(value) not in ("string", "number", "null"):
        return None
    return value if isinstance(value, str) else "null" if value is None else number_text(value)


def _stays(join: str, key: str | None, found: int | None) -> bool:
    if join == "left":
        return key is not None
    return (found is not None) is (join == "inner")


def _filled(json: Json, other: Json, key: str, given: MergeParameters) -> Json:
    """With the other's fields but its key: all of them, or what is blank or missing where input 1 wins."""
    wins = given.prefer == 1
    filled = dict(json)
    for name, value in other.items():
        blank = given.keepFilled and name in json and json[name] in (None, "")
        missing = name not in json
        if name != key and (not wins or blank or missing):
            filled[name] = value
    return filled
