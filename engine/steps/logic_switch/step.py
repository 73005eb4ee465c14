"""How logic.switch runs: each item goes to the port of the first case that holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.ports.step_catalogue import PortItems, StepContext, StepResult, StepType
from engine.steps.conditions import is_met
from engine.steps.logic_switch.manifest import MANIFEST, OTHERWISE, SwitchParameters
from engine.steps.provenance import from_item


class SwitchStep(StepType):
    """Splits items over one port per case and ``otherwise``; a port without items is left out."""

    manifest = MANIFEST

    def ports_out(self, parameters: Mapping[str, Any]) -> tuple[str, ...]:
        """The names of the cases, in order, then ``otherwise``."""
        cases = parameters.get("cases")
        listed = cases if isinstance(cases, list | tuple) else ()
        names = [case.get("name") for case in listed if isinstance(case, Mapping)]
        named = [name for name in names if isinstance(name, str) and name]
        return tuple(dict.fromkeys([*named, OTHERWISE]))

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` for values that cannot be compared."""
        outputs: PortItems = {port: [] for port in self.ports_out(context.step.parameters)}
        for index, item in enumerate(context.items):
            for port in _ports(context.parameters(index), index):
                outputs.setdefault(port, []).append(from_item(item, index))
        return StepResult({port: items for port, items in outputs.items() if items})


def _ports(given: SwitchParameters, index: int) -> list[str]:
    matching = _matching(given, index)
    ports = list(matching) if given.allMatching else [name for name in [next(matching, None)] if name]
    return ports or [OTHERWISE]


def _matching(given: SwitchParameters, index: int) -> Iterator[str]:
    for case in given.cases:
        value = case.value if "value" in case.model_fields_set else given.value
        if is_met(case, value, given.loose, f"item {index}, case {case.name!r}"):
            yield case.name
