"""How flow.unsupported runs: it does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.base.errors import StepFailure
from engine.flow.model import MAIN
from engine.ports.step_catalogue import StepContext, StepResult, StepType
from engine.steps.flow_unsupported.manifest import MANIFEST, PORTS_MAX


class UnsupportedStep(StepType):
    """Refuses to run, so that nothing is silently left out; other branches are not concerned."""

    manifest = MANIFEST

    def ports_in(self, parameters: Mapping[str, Any]) -> tuple[str, ...]:
        """``main``, ``main 2``, ..."""
        return _ports(max(1, _count(parameters.get("inputs"))))

    def ports_out(self, parameters: Mapping[str, Any]) -> tuple[str, ...]:
        """``main``, ``main 2``, ..."""
        return _ports(_count(parameters.get("outputs", 1)))

    def run(self, context: StepContext) -> StepResult:
        """Raises :class:`StepFailure` saying what is missing."""
        given = context.step.parameters
        what, why = given.get("nodeType") or "it", given.get("missing") or "it has no equivalent here"
        raise StepFailure(
            f"{context.step.title!r} cannot run: {why}. Replace the step, or switch it off",
            origin=given.get("origin", ""),
            node_type=what,
        )


def _count(value: Any) -> int:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return min(max(value, 0), PORTS_MAX) if whole else 1


def _ports(count: int) -> tuple[str, ...]:
    return tuple(MAIN if number == 1 else f"{MAIN} {number}" for number in range(1, count + 1))
