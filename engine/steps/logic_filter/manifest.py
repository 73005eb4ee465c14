"""What logic.filter is and which parameters it has."""

from __future__ import annotations

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.logic_condition.manifest import ConditionParameters


class FilterParameters(ConditionParameters):
    """Parameters of logic.filter: those of logic.condition."""


MANIFEST = Manifest(
    type="logic.filter",
    label="Filter",
    summary="Lets the items through for which conditions hold.",
    group="logic",
    effect=Effect.PURE,
    parameters=FilterParameters,
    outputs=("main", "discarded"),
    icon="filter",
)
