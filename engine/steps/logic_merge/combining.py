"""Making one item of several: which field wins, and how deep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.ports.step_catalogue import Item
from engine.steps.logic_merge.manifest import MergeParameters
from engine.steps.provenance import place

Part = tuple[int, int, Item]
"""Port and index of an item, both from 0, and the item."""

Json = dict[str, Any]


def combined(parts: Sequence[Part], given: MergeParameters) -> Item:
    """One item of several, given in the order of their inputs."""
    winners_last = _ordered(parts, given)
    json: Json = {}
    binary: Json = {}
    for port, _, item in winners_last:
        own = suffixed(item["json"], port) if given.clash == "suffix" else item["json"]
        json = merged(json, own, given)
        binary = {**binary, **(item.get("binary") or {})}
    if given.clash == "suffix" and given.prefer is not None:
        for item in [item for port, _, item in parts if port == given.prefer - 1]:
            json = merged(json, item["json"], given)
    made: Item = {"json": json, "pairedItem": [place(index, port) for port, index, _ in parts]}
    return {**made, "binary": binary} if binary else made


def alone(part: Part, given: MergeParameters) -> Item:
    """An item without a partner; its fields get their suffix all the same."""
    port, index, item = part
    json = suffixed(item["json"], port) if given.clash == "suffix" else item["json"]
    return {**item, "json": json, "pairedItem": {"item": index, "input": port} if port else {"item": index}}


def suffixed(json: Json, port: int) -> Json:
    """Every name with the number of its input behind it."""
    return {f"{name}_{port + 1}": value for name, value in json.items()}


def _ordered(parts: Sequence[Part], given: MergeParameters) -> list[Part]:
    """With the one that wins at the end."""
    if given.clash == "suffix" or (given.clash == "last" and given.prefer is None):
        return list(parts)
    wins = (given.prefer or 1) - 1
    return [part for part in parts if part[0] != wins] + [part for part in parts if part[0] == wins]


def merged(target: Json, source: Json, given: MergeParameters) -> Json:
    """The target with the source's fields over it."""
    result = dict(target)
    for name, value in source.items():
        if given.keepFilled and name in result and _blank(value):
            continue
        if given.depth == "deep" and name in result:
            result[name] = _deep(result[name], value, given)
        else:
            result[name] = value
    return result


def _deep(target: Any, source: Any, given: MergeParameters) -> Any:
    if isinstance(target, dict) and isinstance(source, dict):
        return merged(target, source, given)
    if given.keepFilled and _blank(source):
        return target
    if isinstance(target, list) and isinstance(source, list):
        pairs = [_deep(one, other, given) for one, other in zip(target, source, strict=False)]
        longer = target if len(target) > len(source) else source
        return [*pairs, *longer[len(pairs) :]]
    if isinstance(target, list) and isinstance(source, dict):
        return target  # a list takes no names
    return source


def _blank(value: Any) -> bool:
    return value is None or value == ""
