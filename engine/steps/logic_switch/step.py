"""How logic.switch runs: each item goes to the port of the first case that holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.base.errors import StepFailure
from engine.base.limits import SWITCH_CASES_MAX
from engine.ports.step_catalogue import PortItems, StepContext, StepResult, StepType
from engine.steps.conditions import Asked
from engine.steps.item_errors import failed_item, goes_on
from engine.steps.judged import Judged, judged
from engine.steps.logic_switch.manifest import MANIFEST, OTHERWISE, Case, SwitchParameters
from engine.steps.provenance import from_item


class SwitchStep(StepType):
    """Splits items over one port per case and ``otherwise``; a port without items is left out."""

    manifest = MANIFEST

    def ports_out(self, parameters: Mapping[str, Any]) -> tuple[str, ...]:
        """The names of the cases, in order, then ``otherwise``; or ``0``, ``1``, ... where a number
        chooses, and before the names where there are cases and a number of outputs is written."""
        count = parameters.get("outputs", 4 if parameters.get("output") is not None else 0)
        known = isinstance(count, int) and 0 <= count <= SWITCH_CASES_MAX
        numbers = [str(number) for number in range(count if known else 4)]
        if parameters.get("output") is not None:
            return tuple(numbers)
        cases = parameters.get("cases")
        listed = cases if isinstance(cases, list | tuple) else ()
        names = [case.get("to") or case.get("name") for case in listed if isinstance(case, Mapping)]
        names.append(parameters.get("fallback"))
        named = [name for name in names if isinstance(name, str) and name]
        return tuple(dict.fromkeys([*numbers, *named, OTHERWISE]))

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` for values that cannot be compared, unless the flow goes on after
        errors: then the item leaves by the first port, or by ``failure``."""
        ports = self.ports_out(context.step.parameters)
        outputs: PortItems = {port: [] for port in ports}
        for one in judged(context, _conditions):
            for port, item in _leaving(context, one, ports):
                outputs.setdefault(port, []).append(item)
        return StepResult({port: items for port, items in outputs.items() if items})


def _leaving(context: StepContext, one: Judged, ports: tuple[str, ...]) -> list[tuple[str, dict[str, Any]]]:
    """The item with each port by which it leaves."""
    try:
        return [(port, from_item(one.item, one.index)) for port in _ports(one)]
    except StepFailure as error:
        if not goes_on(context, error):
            raise
        return [(ports[0], failed_item(context, error, one.index))]


def _conditions(given: SwitchParameters) -> Iterator[Asked]:
    for case in given.cases:
        yield from case.asked(given.value)


def _ports(one: Judged) -> list[str]:
    given: SwitchParameters = one.given
    if given.output is not None:
        if not 0 <= given.output < given.outputs:
            message = (
                f"The output {given.output} is not allowed. It has to be between 0 and {given.outputs - 1}"
            )
            raise StepFailure(f"{message} (item {one.index})")
        return [str(given.output)]
    matching = _matching(one)
    ports = list(matching) if given.allMatching else [name for name in [next(matching, None)] if name]
    return ports or [given.fallback or OTHERWISE]


def _matching(one: Judged) -> Iterator[str]:
    for case in one.given.cases:
        if _holds(one, case):
            yield case.to or case.name


def _holds(one: Judged, case: Case) -> bool:
    combine = all if case.combine == "all" else any
    where = f"item {one.index}, case {case.name!r}"
    return combine(
        one.verdicts.met(condition, value, where, f"condition {number}, item {one.index}")
        for number, (condition, value) in enumerate(case.asked(one.given.value))
    )
