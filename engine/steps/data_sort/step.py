"""How data.sort runs: by fields, by chance, or by a user's comparison in the sandbox."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cmp_to_key
from typing import Any

from engine.base.errors import StepFailure
from engine.flow.model import MAIN
from engine.ports.sandbox import CodeRequest, Determinism
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.data_sort.manifest import MANIFEST, SortParameters
from engine.steps.guest import guest_limits
from engine.steps.operators import same
from engine.steps.paths import MISSING, get
from engine.steps.provenance import from_item
from engine.steps.values import code_units, number_of
from engine.validation.code_gate import check_code

_COMPARISON = """const compare = function (a, b) {
%s
};
const order = $input.all().map((item, index) => ({ item, index }));
order.sort((left, right) => compare(left.item, right.item));
return [{ json: { order: order.map(({ index }) => index) } }];"""


class SortStep(StepType):
    """Gives the same items in another order; equal ones keep theirs. Letter case does not count."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` where no item has a field, and what the code raises."""
        given: SortParameters = context.parameters()
        items = context.items
        order = list(range(len(items)))
        if given.by == "random":
            random.Random(context.seed).shuffle(order)  # noqa: S311 - an order, no secret
        elif given.by == "code":
            return _by_code(context, str(context.step.parameters["code"]))
        else:
            keys = [_values(items, field.field, given) for field in given.fields]
            order = _sorted(order, keys, [field.order == "descending" for field in given.fields])
        return _reordered(items, order)


def _reordered(items: Sequence[Item], order: Sequence[int]) -> StepResult:
    return StepResult({MAIN: [from_item(items[index], index) for index in order]})


def _values(items: Sequence[Item], field: str, given: SortParameters) -> list[Any]:
    values = [get(item["json"], field, given.dots) for item in items]
    if given.missing == "fail" and items and all(value is MISSING for value in values):
        raise StepFailure(f"Couldn't find the field '{field}' in the input data")
    return [value.lower() if isinstance(value, str) else value for value in values]


def _sorted(order: list[int], keys: Sequence[Sequence[Any]], descending: Sequence[bool]) -> list[int]:
    """The indexes sorted by the first values, then by the next; stable in both directions."""
    if all(map(_is_plain, keys)):
        for values, falling in reversed(list(zip(keys, descending, strict=True))):
            marks = [code_units(one) if isinstance(one, str) else one for one in values]
            order = sorted(order, key=marks.__getitem__, reverse=falling)
        return order

    def compare(left: int, right: int) -> int:
        found = (
            _compared(values[left], values[right], falling)
            for values, falling in zip(keys, descending, strict=True)
        )
        return next((one for one in found if one), 0)

    return sorted(order, key=cmp_to_key(compare))


def _is_plain(values: Sequence[Any]) -> bool:
    """Whether the values can be compared each with each: all are texts, or all are numbers."""
    return all(isinstance(value, str) for value in values) or all(
        type(value) in (int, float) for value in values
    )


def _compared(left: Any, right: Any, descending: bool) -> int:
    """The order of two values of any kind; what cannot be compared counts as greater."""
    if left is right or (MISSING not in (left, right) and same(left, right)):
        return 0
    before = left is not MISSING and right is not MISSING and _less(left, right)
    return -1 if before != descending else 1


def _less(left: Any, right: Any) -> bool:
    """Two texts by their letters, anything else by number."""
    if isinstance(left, str) and isinstance(right, str):
        return code_units(left) < code_units(right)
    return number_of(left) < number_of(right)


def _by_code(context: StepContext, code: str) -> StepResult:
    """The code is run as it is written: expressions in it are not replaced."""
    request = CodeRequest(
        language="javascript",
        source=_COMPARISON % code,
        items=context.items,
        determinism=Determinism(context.now_us, context.seed, context.timezone),
    )
    check_code(request.cid, context.policy)
    result = context.sandbox.run_code(request, guest_limits(context))
    made = _reordered(context.items, result.items[0]["json"]["order"])
    made.logs, made.usage, made.code = result.logs, result.usage, result.code
    return made
