"""How logic.condition runs: each item goes to the port of its answer."""

from __future__ import annotations

from collections.abc import Iterator

from engine.base.errors import StepFailure
from engine.ports.step_catalogue import PortItems, StepContext, StepResult, StepType
from engine.steps.conditions import Asked
from engine.steps.item_errors import failed_item, goes_on
from engine.steps.judged import Judged, judged
from engine.steps.logic_condition.manifest import MANIFEST, ConditionParameters
from engine.steps.provenance import from_item


class ConditionStep(StepType):
    """Splits items over ``true`` and ``false``, in their order; a port without items is left out."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` for values that cannot be compared, unless the flow goes on after
        errors: then the item leaves by ``false``, or by ``failure``; in flows of n8n always by ``false``."""
        return split_by_answer(context, "true", "false")


def split_by_answer(context: StepContext, yes: str, no: str) -> StepResult:
    """The items over two ports."""
    outputs: PortItems = {yes: [], no: []}
    for one in judged(context, conditions_of):
        item = from_item(one.item, one.index)
        try:
            port = yes if answer(one) else no
        except StepFailure as error:
            if not goes_on(context, error):
                raise
            port = no
            if context.step.on_error == "failure" and context.flow.format != "n8n":
                item = failed_item(context, error, one.index)
        outputs[port].append(item)
    return StepResult({port: items for port, items in outputs.items() if items})


def conditions_of(given: ConditionParameters) -> Iterator[Asked]:
    """The conditions with what they look at."""
    return ((condition, condition.value) for condition in given.conditions)


def answer(one: Judged) -> bool:
    """Whether all conditions hold, or any; the first that decides is the last that is asked."""
    given: ConditionParameters = one.given
    combine = all if given.combine == "all" else any
    return combine(
        one.verdicts.met(
            condition,
            condition.value,
            f"item {one.index}, condition {number + 1}",
            f"condition {number}, item {one.index}",
        )
        for number, condition in enumerate(given.conditions)
    )
