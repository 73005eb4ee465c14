"""How data.summarize runs: items fall into groups, and each group is summed up."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from engine.base.errors import StepFailure
from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.data_summarize.functions import is_empty, summarized
from engine.steps.data_summarize.manifest import MANIFEST, SummarizeParameters, Summary
from engine.steps.identity import key_of
from engine.steps.paths import MISSING, get
from engine.steps.values import text_of

_WHOLE = re.compile(r"(?:0|[1-9][0-9]{0,9})\Z")
_PREFIX = {
    "append": "appended_",
    "average": "average_",
    "concatenate": "concatenated_",
    "count": "count_",
    "countUnique": "unique_count_",
    "max": "max_",
    "min": "min_",
    "sum": "sum_",
}
"""The names that results get, as flows from elsewhere know them."""


@dataclass
class _Group:
    """Items with equal values of the fields to group by."""

    values: tuple[Any, ...]
    items: list[int] = field(default_factory=list)


class SummarizeStep(StepType):
    """Gives an item for each group, in the order in which they first appear, or one for all."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` where no item has a field and ``missing`` says so."""
        given: SummarizeParameters = context.parameters()
        items = context.items
        if given.missing == "fail":
            _check(items, given)
        groups = _groups(items, given)
        if given.output == "object":
            return StepResult({MAIN: [_nested(items, groups, given)]})
        return StepResult({MAIN: [_item(items, group, given) for group in groups]})


def _check(items: list[Item], given: SummarizeParameters) -> None:
    for one in given.summaries:
        if all(get(item["json"], one.field, given.dots) is MISSING for item in items):
            raise StepFailure(f"The field '{one.field}' does not exist in any items")


def _groups(items: list[Item], given: SummarizeParameters) -> list[_Group]:
    if not given.groupBy:
        return [_Group((), list(range(len(items))))]
    groups: dict[Hashable, _Group] = {}
    for index, item in enumerate(items):
        values = tuple(_key(item, name, given) for name in given.groupBy)
        if given.emptyGroups == "drop" and any(_is_nothing(value) for value in values):
            continue
        if given.output == "object":
            values = tuple(map(_told, values))
        groups.setdefault(tuple(map(key_of, values)), _Group(values)).items.append(index)
    return sorted(groups.values(), key=_places_of(list(groups.values()), given.order == "script"))


def _places_of(groups: list[_Group], numbers_first: bool) -> Callable[[_Group], list[tuple[int, int]]]:
    """What orders groups by their first field, then by the next: where each value first appears, or
    before that the whole number that it is."""
    first: dict[Hashable, tuple[int, int]] = {}
    for group in groups:
        for level in range(1, len(group.values) + 1):
            number = str(group.values[level - 1])
            whole = numbers_first and bool(_WHOLE.match(number))
            place = (0, int(number)) if whole else (1, group.items[0])
            first.setdefault(tuple(map(key_of, group.values[:level])), place)

    def places(group: _Group) -> list[tuple[int, int]]:
        levels = range(1, len(group.values) + 1)
        return [first[tuple(map(key_of, group.values[:level]))] for level in levels]

    return places


def _key(item: Item, name: str, given: SummarizeParameters) -> Any:
    value = get(item["json"], name, given.dots)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _told(value) if given.keys == "text" else value


def _told(value: Any) -> str:
    return "undefined" if value is MISSING else text_of(value)


def _is_nothing(value: Any) -> bool:
    return is_empty(value) or value is False


def _results(items: list[Item], group: _Group, given: SummarizeParameters) -> dict[str, Any]:
    found = {}
    for one in given.summaries:
        values = [get(items[index]["json"], one.field, given.dots) for index in group.items]
        found[name_of(one)] = summarized(one.function, values, one.separator, one.includeEmpty)
    return found


def name_of(one: Summary) -> str:
    """What a summary is called: its own name, or the function and the field without punctuation."""
    return one.name or _PREFIX[one.function] + plain(one.field)


def plain(name: str) -> str:
    """A field's name without brackets and quotes, with ``_`` for dots and spaces."""
    return re.sub(r"[ .]", "_", re.sub(r"[\]\[\"]", "", name))


def _item(items: list[Item], group: _Group, given: SummarizeParameters) -> Item:
    by = {
        plain(name): value
        for name, value in zip(given.groupBy, group.values, strict=True)
        if value is not MISSING
    }
    return {"json": {**by, **_results(items, group, given)}, "pairedItem": _places(group.items)}


def _nested(items: list[Item], groups: list[_Group], given: SummarizeParameters) -> Item:
    """Objects in objects, a level for each field to group by."""
    whole = _levels(items, given) if given.emptyGroups == "drop" else {}
    for group in groups:
        level = whole
        for value in group.values:
            level = level.setdefault(text_of(value), {})
        level.update(_results(items, group, given))
    return {"json": whole, "pairedItem": _places(index for group in groups for index in group.items)}


def _levels(items: list[Item], given: SummarizeParameters) -> dict[str, Any]:
    """The objects in objects without results; an item stands on each level down to its first empty value."""
    whole: dict[str, Any] = {}
    for item in items:
        level = whole
        for value in takewhile(
            lambda one: not _is_nothing(one), (_key(item, one, given) for one in given.groupBy)
        ):
            level = level.setdefault(_told(value), {})
    return whole


def _places(indexes: Any) -> list[dict[str, int]]:
    return [{"item": index} for index in indexes]
