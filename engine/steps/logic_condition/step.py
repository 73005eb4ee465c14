"""How logic.condition runs: each item goes to the port of its answer."""

from __future__ import annotations

from engine.ports.step_catalogue import PortItems, StepContext, StepResult, StepType
from engine.steps.conditions import is_met
from engine.steps.logic_condition.manifest import MANIFEST, ConditionParameters
from engine.steps.provenance import from_item


class ConditionStep(StepType):
    """Splits items over ``true`` and ``false``, in their order; a port without items is left out."""

    manifest = MANIFEST

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` for values that cannot be compared."""
        outputs: PortItems = {"true": [], "false": []}
        for index, item in enumerate(context.items):
            port = "true" if _answer(context.parameters(index), index) else "false"
            outputs[port].append(from_item(item, index))
        return StepResult({port: items for port, items in outputs.items() if items})


def _answer(given: ConditionParameters, index: int) -> bool:
    combine = all if given.combine == "all" else any
    return combine(
        is_met(condition, condition.value, given.loose, f"item {index}, condition {number}")
        for number, condition in enumerate(given.conditions, 1)
    )
