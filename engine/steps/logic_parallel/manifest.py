"""What logic.parallel is and which parameters it has."""

from __future__ import annotations

from pydantic import Field

from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters


class ParallelParameters(Parameters):
    """Parameters of logic.parallel."""

    branches: list[str] = Field(
        default_factory=list,
        description="Ids of the steps with which the branches begin. The wires decide what runs; a flow "
        "file's branches become wires when it is read.",
    )


MANIFEST = Manifest(
    type="logic.parallel",
    label="Parallel",
    summary="Starts several branches at once with the same items.",
    group="logic",
    effect=Effect.PURE,
    parameters=ParallelParameters,
    icon="columns",
    aliases=("parallel",),
)
