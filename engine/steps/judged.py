"""Going through items with their conditions, a chunk at a time so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from engine.base.limits import CONDITION_CHUNK
from engine.ports.step_catalogue import Item, StepContext
from engine.steps.conditions import Asked, Verdicts


@dataclass(frozen=True, slots=True)
class Judged:
    """An item with the step's parameters for it, and the answers of its chunk."""

    index: int
    item: Item
    given: Any
    verdicts: Verdicts


def judged(context: StepContext, conditions: Callable[[Any], Iterable[Asked]]) -> Iterator[Judged]:
    """Every item in order; ``conditions`` gives those that stand in the parameters."""
    items = context.items
    for start in range(0, len(items), CONDITION_CHUNK):
        context.cancellation.check()
        places = range(start, min(start + CONDITION_CHUNK, len(items)))
        given = [context.parameters(index) for index in places]
        loose = bool(given[0].loose)
        asked = (one for parameters in given for one in conditions(parameters))
        verdicts = Verdicts(context, asked, loose)
        for index, parameters in zip(places, given, strict=True):
            yield Judged(index, items[index], parameters, verdicts)
