"""How data.date runs: all dates go to the guest in one call."""

from __future__ import annotations

from typing import Any

from engine.base.errors import StepFailure
from engine.flow.model import MAIN
from engine.ports.step_catalogue import Item, StepContext, StepResult, StepType
from engine.steps.data_date.manifest import MANIFEST, DateParameters
from engine.steps.data_date.script import DATES
from engine.steps.guest import ask
from engine.steps.item_errors import each_item
from engine.steps.paths import with_field

_ASKED = (
    "operation",
    "date",
    "end",
    "fromFormat",
    "loose",
    "fromZone",
    "zone",
    "ahead",
    "format",
    "tokens",
    "utc",
    "amount",
    "unit",
    "up",
    "time",
    "units",
    "iso",
)


class DateStep(StepType):
    """Gives one item for each that comes in, with the result in a field."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` for a date that cannot be read or a zone that there is none of."""
        answers = ask(context, DATES, (_row(context.parameters(n)) for n in range(len(context.items))))

        def work(item: Item, index: int) -> list[Item]:
            return [_result(item, answers[index], context.parameters(index), index)]

        return StepResult({MAIN: each_item(context, work)})


def _row(given: DateParameters) -> dict[str, Any]:
    return {name: getattr(given, name) for name in _ASKED}


def _result(item: Item, answer: dict[str, Any], given: DateParameters, index: int) -> Item:
    if "error" in answer:
        raise StepFailure(f"{answer['error']} (item {index})")
    kept = item["json"] if given.keep == "all" else {}
    made: Item = {"json": with_field(kept, given.into, answer["value"], given.dots)}
    return {**made, "binary": item["binary"]} if item.get("binary") and given.keep == "all" else made
